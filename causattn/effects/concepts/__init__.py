"""Effects of concepts beside people's edits."""
