"""What ranks the paths of a model."""
