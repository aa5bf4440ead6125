"""Algorithms that assume a functional form."""
