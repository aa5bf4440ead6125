"""Estimators of one effect, a file each."""
