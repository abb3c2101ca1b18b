"""Pictures in files: their pixels, of any depth, and what lies beside them."""
