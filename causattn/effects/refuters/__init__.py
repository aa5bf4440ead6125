"""Refuters: attempts to make an estimate fall, a file each."""
