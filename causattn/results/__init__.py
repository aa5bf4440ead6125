"""Results: runs on disk, artefacts addressed by what made them."""
