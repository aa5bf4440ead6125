"""Surrogates: a small model that says what a large one does."""
