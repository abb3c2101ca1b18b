"""Decodes have names, and functions of one's own are decodes, too."""

from functools import partial

import pytest
import torch

from fcsr import decoding
from fcsr.errors import FcsrError


def test_smoothed_has_the_width_that_was_measured():
    assert decoding.label(decoding.NAMED["smoothed"]) == "smoothed_mode(width=8.0)"


def test_resolve_knows_names_and_passes_functions_on():
    assert decoding.resolve("median") is decoding.median
    function = partial(decoding.sharpened_mean, sharpness=2.0)
    assert decoding.resolve(function) is function
    with pytest.raises(FcsrError, match=r'unknown decode "best": give "mode", .*, "component" or'):
        decoding.resolve("best")


def test_only_named_decodes_can_be_saved(no_contracts):
    for name in decoding.NAMED:
        decoding.check_name(name)
    with pytest.raises(FcsrError, match=r"decode is mean, .* give one of mode, mean, median, "):
        decoding.check_name(decoding.mean)
    with pytest.raises(FcsrError, match='unknown decode "best"'):
        decoding.check_name("best")


class Own:
    """A decode that is an object, and so has no name of its own."""

    def __call__(self, logits):
        return logits.argmax(-1)


@pytest.mark.parametrize(
    ("decode", "label"),
    [
        ("mean", "mean"),
        (decoding.median, "median"),
        (
            partial(decoding.partial_sample, strength=0.5, shared=True),
            "partial_sample(strength=0.5, shared=True)",
        ),
        (Own(), "Own"),
        (partial(Own()), "Own()"),
    ],
)
def test_labels_are_what_one_would_write(decode, label):
    assert decoding.label(decode) == label


def test_the_label_of_a_sample_is_the_same_for_all_generators():
    labels = {
        decoding.label(partial(decoding.partial_sample, strength=0.5, generator=generator))
        for generator in (torch.Generator(), torch.Generator())
    }
    assert labels == {"partial_sample(strength=0.5)"}
