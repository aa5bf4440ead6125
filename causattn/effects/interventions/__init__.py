"""Interventions on the model."""
