"""Running an algorithm: time limits, other processes, candidates, stability."""
