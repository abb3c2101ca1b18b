"""The types that users see: mypy checks this file with the package, and it runs, too."""

from typing import Any, assert_type

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import fcsr
from fcsr.models import ContinuousModel

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
