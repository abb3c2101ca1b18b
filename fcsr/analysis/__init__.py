"""What the notebooks ask beyond the paper."""
