"""Searches over orders of the variables: BOSS and GRaSP."""
