"""Metrics of graphs, one a file."""
