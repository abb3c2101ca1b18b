"""Integers of NumPy are integers, and nothing else is."""

import math
from decimal import Decimal

import numpy as np
import pytest
import torch

import fcsr
from fcsr import metrics
from fcsr.errors import FcsrError
from fcsr.utils.numbers import as_real, as_whole

INTEGERS = [np.int8, np.uint8, np.int16, np.int32, np.int64, np.uint64, int]
FLOATS = [np.float16, np.float32, np.float64, float]


@pytest.mark.parametrize("kind", INTEGERS)
def test_integers_of_all_kinds_are_whole(kind):
    assert as_whole(kind(5)) == 5 and type(as_whole(kind(5))) is int
    assert as_real(kind(5)) == 5.0 and type(as_real(kind(5))) is float


@pytest.mark.parametrize("kind", FLOATS)
def test_floats_are_real_and_never_whole(kind):
    assert as_whole(kind(5)) is None
    assert as_real(kind(0.5)) == 0.5 and type(as_real(kind(0.5))) is float


@pytest.mark.parametrize("value", [True, np.bool_(True), "5", None, [5], 5j, np.ones(1, int)])
def test_what_is_no_number_is_none(value):
    assert as_whole(value) is None and as_real(value) is None


def test_what_has_an_index_is_whole():
    assert as_whole(torch.tensor(5)) == as_whole(np.array(5)) == 5
    assert as_whole(Decimal(5)) is None


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("kind", INTEGERS)
def test_a_shave_may_be_of_numpy(kind, photograph):
    """Of 300 pixels a side, which is beyond 8 bits."""
    sr, hr = photograph(300, 12)[0], photograph(300, 12, seed=1)[0]
    assert metrics.psnr(sr, hr, shave=kind(4)) == metrics.psnr(sr, hr, shave=4)


def test_an_integer_beyond_all_floats_is_infinite():
    assert as_real(10**400) == math.inf and as_real(-(10**400)) == -math.inf


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda value: fcsr.LTE.compact(max_scale=value), 10**400),
        (lambda value: fcsr.FCS.compact(weight=value), 10**400),
        (lambda value: fcsr.frequency.Gaussian(sigma=value), 10**400),
        (lambda value: fcsr.frequency.Ideal(cutoff=value), 10**400),
        (lambda value: fcsr.frequency.Butterworth(cutoff=value), 10**400),
        (lambda value: fcsr.frequency.Butterworth(order=value), 10**400),
        (lambda value: fcsr.frequency.Box(radius=value), 10**30),
        (lambda value: fcsr.frequency.BicubicDownUp(factor=value), 10**400),
        (lambda value: fcsr.decoding.smoothed_mode(torch.zeros(256), width=value), 10**400),
        (lambda value: fcsr.decoding.sharpened_mean(torch.zeros(256), sharpness=value), 10**400),
        (lambda value: fcsr.metrics.lattice(torch.zeros(1, 3, 64, 64), scale=value), 10**400),
        (lambda value: fcsr.data.benchmark("Set5", scale=value), 10**400),
        (lambda value: fcsr.upscale(torch.zeros(3, 4, 4), scale=value), 10**400),
    ],
)
def test_integers_beyond_all_floats_are_refused(make, value):
    with pytest.raises(FcsrError, match=str(value)):
        make(value)
