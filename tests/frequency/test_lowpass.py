"""Filters of one's own: what can be saved is welcome, what cannot is refused at once."""

import json
from dataclasses import dataclass

import pytest
import torch

from fcsr import FCS, frequency
from fcsr.errors import FcsrError, UndefinedClassError
from fcsr.frequency import LowPass


@dataclass(frozen=True)
class Weighted(LowPass):
    weights: object = 0.5

    def __call__(self, image):
        return image


@dataclass(frozen=True)
class Named(LowPass):
    name: str = "soft"

    def __call__(self, image):
        return image


class Plain(LowPass):
    def __call__(self, image):
        return image


@pytest.mark.parametrize(
    ("low_pass", "message"),
    [
        (Weighted(torch.ones(3)), r"cannot be saved with a model .* must be numbers, texts"),
        (Named(), r"Named\(name='soft'\) cannot be saved .* rename its field 'name'"),
        (Plain(), "give one of Gaussian, Box, .* a dataclass of your own"),
        (lambda image: image, "inherits from fcsr.frequency.LowPass"),
    ],
)
def test_filters_that_cannot_be_saved_are_refused(tiny, no_contracts, low_pass, message):
    with pytest.raises(FcsrError, match=message):
        tiny(FCS, low_pass=low_pass)


def test_tuples_come_back_as_tuples():
    f = Weighted(((0.25, 0.5), (0.5, 0.25)))
    assert frequency.from_config(json.loads(json.dumps(frequency.to_config(f)))) == f


def test_a_filter_is_known_once_it_is_defined():
    @dataclass(frozen=True)
    class Late(LowPass):
        width: float = 1.0

        def __call__(self, image):
            return image

    assert Late in frequency.FILTERS.values()
    assert frequency.from_config(frequency.to_config(Late(2.0))) == Late(2.0)


def test_a_filter_that_is_not_defined_is_named():
    with pytest.raises(UndefinedClassError, match="from mine import Sharp"):
        frequency.from_config({"name": "mine.Sharp", "sigma": 2.0})
