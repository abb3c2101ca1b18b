"""What the notebooks draw and let one move; needs the extra `[notebooks]`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["closeups", "figure1", "figure2", "plots", "views", "widgets"]
)
