"""What is made of a layer's weights: numbers from feature to feature, and their sums."""
