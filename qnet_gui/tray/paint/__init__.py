"""What is drawn by hand: states, curves, icons. A painter and a palette go in, nothing is remembered."""
