"""Residuals as classes: rounded, and clipped where there is none."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fcsr import decoding


@given(st.lists(st.integers(-400, 400), min_size=1, max_size=30))
def test_residuals_are_clipped_to_the_classes_and_the_share_is_told(steps):
    residual = torch.tensor(steps) / 255
    levels = decoding.residual_to_levels(residual)
    expected = np.clip(np.array(steps), -128, 127) + decoding.ZERO_RESIDUAL
    np.testing.assert_array_equal(levels, expected)
    clipped = np.mean([not -128 <= step <= 127 for step in steps])
    assert decoding.clipped_share(residual) == pytest.approx(clipped)


def test_residuals_between_the_classes_are_rounded():
    residual = torch.tensor([-0.4, 0.0, 0.4, 0.6, 127.4, -128.4]) / 255
    assert decoding.residual_to_levels(residual).tolist() == [128, 128, 128, 129, 255, 0]
    assert decoding.clipped_share(residual) == 0
    assert decoding.clipped_share(torch.tensor([127.6, -128.6, 0.0, 0.0]) / 255) == 0.5
