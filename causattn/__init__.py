"""causattn: causal graphs from the attention of a transformer, every edge checked."""

__version__ = "0.1.0"
