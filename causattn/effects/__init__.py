"""Effects: what each edge claims, estimated, refuted and tried on the model."""
