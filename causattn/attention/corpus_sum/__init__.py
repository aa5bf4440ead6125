"""Over a corpus: shards of documents, in this process, in several, or on a Ray cluster."""
