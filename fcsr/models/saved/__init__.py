"""Models in files: weights with their config, the published LTE's, and models made of either."""
