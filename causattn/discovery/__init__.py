"""Discovery: from a feature table, and candidates or none, to a causal graph."""
