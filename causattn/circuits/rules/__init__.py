"""What says which candidate paths stay."""
