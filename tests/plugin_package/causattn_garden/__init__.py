"""Contributions to causattn from outside: each module is one, and none knows another."""
