"""Report: a run as figures, as one offline page, and as a table in the terminal."""
