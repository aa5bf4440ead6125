"""Effects estimated from the table."""
