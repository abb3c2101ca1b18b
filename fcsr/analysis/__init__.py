"""What the notebooks study beyond the paper.

- `fcsr.analysis.ablation`: short trainings that differ from the design in one choice.
- `fcsr.analysis.calibration`: how uncertain a classifier is, and whether it is right about that.
- `fcsr.analysis.code_length`: what pixels cost, in bits a value, by a model's distributions.
- `fcsr.analysis.costs`: other costs of classes than eq. (1)'s cross-entropy.
- `fcsr.analysis.fourier_features`: the waves that the texture estimator gives to a place.
- `fcsr.analysis.measuring`: models measured on the photographs that a training holds out.
- `fcsr.analysis.interpolation`: models between two models.
- `fcsr.analysis.paired_tests`: whether an ablation's effect is more than chance.
- `fcsr.analysis.variants`: the design, and other ways to make each of its choices.
"""

# The names are in __init__.pyi, where type checkers find them, too.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
