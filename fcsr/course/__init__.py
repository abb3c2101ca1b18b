"""What the notebooks draw and let one move; needs the extra `[notebooks]`.

- `fcsr.course.closeups`: single pixels, with the distributions that are predicted for them.
- `fcsr.course.exercises`: checks of the exercises.
- `fcsr.course.figure1`: Figure 1 of the paper, LTE, CS and FCS, drawn by code.
- `fcsr.course.figure2`: Figure 2 of the paper: crops, their artifacts and their spectra.
- `fcsr.course.plots`: photographs side by side, distributions, and tables as curves.
- `fcsr.course.views`: what the widgets show, as PNG.
- `fcsr.course.widgets`: controls above, one picture below, and anyone's own photograph.
"""

# The names are in __init__.pyi, where type checkers find them, too.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
