"""Tests are of the CPU, where the same input gives the same bytes, on machines with a GPU, too.

Those that need a GPU name it.
"""

import os

os.environ["ACCELERATE_USE_CPU"] = "true"
