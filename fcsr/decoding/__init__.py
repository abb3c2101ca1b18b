"""Decoding: from a distribution over 256 values to one value.

A distribution is given by logits over the last axis, one for each integer value 0 … 255, or by a
`LogisticMixture`. All decodes take either, and return the value, a float of 0 … 255, without that
axis; a function of one's own always gets logits. The paper does not say how it decodes; its sharp
images with black and bright artifacts suggest the mode.
"""

from fcsr.decoding.decodes import (
    CLASSES,
    Distribution,
    as_logits,
    component,
    mean,
    median,
    mode,
    partial_sample,
    quantile,
    shape,
    sharpened_mean,
    smoothed_mode,
)
from fcsr.decoding.names import NAMED, Decode, check_name, label, resolve
from fcsr.decoding.residuals import ZERO_RESIDUAL, clipped_share, residual_to_levels

__all__ = [
    "CLASSES",
    "NAMED",
    "ZERO_RESIDUAL",
    "Decode",
    "Distribution",
    "as_logits",
    "check_name",
    "clipped_share",
    "component",
    "label",
    "mean",
    "median",
    "mode",
    "partial_sample",
    "quantile",
    "residual_to_levels",
    "resolve",
    "shape",
    "sharpened_mean",
    "smoothed_mode",
]
