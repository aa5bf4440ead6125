"""Explainers: one a file."""
