"""Conditional independence tests, one file each."""
