"""Attention that is cut or replaced, and what the model loses by it."""
