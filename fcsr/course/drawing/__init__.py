"""Figures by matplotlib: photographs, distributions and tables, and the paper's own."""

# The names are in __init__.pyi, where type checkers find them, too.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
