"""Metrics of graphs: the usual ones, and any other in a file of its own."""
