"""What the notebooks draw and let one move; needs the extra [notebooks]."""
