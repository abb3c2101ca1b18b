"""Training: a recipe, the loop that follows it, its batches and its loss."""

import lazy_loader

# On first use: the command line reads the recipe's fields, and needs no PyTorch for that.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
