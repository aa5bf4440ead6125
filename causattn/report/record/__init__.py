"""What a run keeps to be looked at."""
