"""Refuters: attempts to make an estimate fall."""
