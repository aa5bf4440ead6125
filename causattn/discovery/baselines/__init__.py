"""Baselines: what an algorithm has to beat."""
