"""Integers of NumPy are integers, and nothing else is."""

import math
from decimal import Decimal

import numpy as np
import pytest
import torch

from fcsr import metrics
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
