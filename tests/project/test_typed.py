"""The types that users see: mypy checks this file with the package, and it runs, too."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import fcsr
from fcsr.models import ContinuousModel

if TYPE_CHECKING:
    import matplotlib.figure

Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]


def test_pictures_come_back_as_what_they_were() -> None:
    picture = fcsr.images.sample("coffee").crop((0, 0, 6, 4))
    large = assert_type(fcsr.upscale(picture, 2, model="bicubic"), Image.Image)
    assert large.size == (12, 8)
    array: Array = np.asarray(picture)
    assert assert_type(fcsr.upscale(array, 2, model="bicubic"), Array).ndim == 3
    tensor = fcsr.images.to_tensor(picture)
    assert assert_type(fcsr.upscale(tensor, 2, model="bicubic"), Tensor).shape == (1, 3, 8, 12)


def test_models_have_a_type() -> None:
    model = assert_type(fcsr.load("lte-compact"), ContinuousModel)
    lr = torch.zeros(1, 3, 4, 6)
    [sr] = assert_type(fcsr.render(model, lr, (8, 12), progress=False), list[Tensor])
    assert sr.shape == (1, 3, 8, 12)
    assert assert_type(fcsr.available()["fcs"], fcsr.models.Card).parameters > 0
    assert assert_type(fcsr.CS(fcsr.EDSR.compact()), fcsr.CS).default_decode == "mode"


def test_the_method_has_types() -> None:
    hr = torch.zeros(1, 3, 8, 8)
    low, high = fcsr.frequency.split(hr, fcsr.frequency.Gaussian(sigma=1.5))
    assert_type(high, Tensor)
    assert assert_type(fcsr.losses.l1(low, hr), Tensor) == 0
    assert assert_type(fcsr.metrics.psnr(hr, low), float) > 99


def test_what_trains_and_draws_has_types() -> None:
    train: Callable[[fcsr.FCS, fcsr.Recipe, Path], fcsr.FCS | None] = fcsr.train
    plot: Callable[[np.ndarray, str], matplotlib.figure.Figure] = fcsr.course.plots.heatmap
    assert train.__name__ == "train" and plot.__name__ == "heatmap"
    if TYPE_CHECKING:  # pandas comes without types, so mypy cannot tell a table from anything
        assert_type(
            fcsr.train(fcsr.CS.compact(), fcsr.Recipe("photographs"), "out"), fcsr.CS | None
        )


def test_classes_of_ones_own_have_types() -> None:
    class Sharper(fcsr.CS):
        default_decode = "mean"

    @dataclass(frozen=True)
    class Identity(fcsr.frequency.LowPass):
        def __call__(self, image: Tensor) -> Tensor:
            return image

    model = Sharper(fcsr.EDSR.compact())
    assert_type(model.encode(torch.zeros(1, 3, 8, 8)), fcsr.models.Encoded)
    low, _ = fcsr.frequency.split(torch.ones(1, 3, 4, 4), Identity())
    assert_type(low, Tensor)
