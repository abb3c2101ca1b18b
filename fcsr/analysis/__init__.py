"""What the notebooks ask beyond the paper."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "ablation",
        "calibration",
        "code_length",
        "fourier_features",
        "interpolation",
        "variants",
    ],
)
