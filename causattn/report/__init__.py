"""Report: figures, tables and one HTML file for a run."""
