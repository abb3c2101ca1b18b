"""Checks of notebook 02: waves of a texture, pixels and their weights, and places that turn."""

import math
from typing import Any

import torch
from torch import Tensor

from fcsr.course.exercises.checking import check, expect, number, numbers
from fcsr.models import TextureEstimator, TextureMaps, find_neighbours, grid

PIXELS = (1, 2, 5, 48, 301)
WAVES = 6  # of the maps in `texture`


@check
def texture(answer: Any) -> None:
    """A function of maps, index, offset and phase: the waves that one neighbour sees.

    It takes and gives what `TextureEstimator.texture` does.

    Example:
        >>> from fcsr.course.exercises import functions
        >>> functions.texture(lambda maps, index, offset, phase: phase)
        not yet: 12 numbers a place, cosines and sines; not the shape (1, 50, 6)
    """
    expect(callable(answer), "write a function of maps, index, offset and phase")
    given = _example()
    right, got = TextureEstimator.texture(*given), answer(*given)
    expect(isinstance(got, Tensor), "return a tensor")
    expect(
        got.shape == right.shape,
        f"{2 * WAVES} numbers a place, cosines and sines; not the shape {tuple(got.shape)}",
    )
    for hint, mistaken in _mistakes(*given).items():
        expect(not torch.allclose(got, mistaken, atol=1e-4), hint)
    cosines, sines = (
        torch.allclose(*halves, atol=1e-4)
        for halves in zip(got.chunk(2, -1), right.chunk(2, -1), strict=True)
    )
    expect(not cosines or sines, "the cosines are right, the sines are not")
    expect(not sines or cosines, "the sines are right, the cosines are not")
    apart = (got - right).abs().max()
    expect(cosines and sines, f"up to {apart:.1f} off, for amplitudes of about 1")


@check
def pixel(answer: Any) -> None:
    """A function of x, from -1 to 1, and n: in which of n pixels, counted from 0, x lies.

    Example:
        >>> from fcsr.course.exercises import functions
        >>> functions.pixel(lambda x, n: round((x + 1) / 2 * n))
        not yet: x = 0.900 lies in pixel 0 of 1, not in 1
    """
    expect(callable(answer), "write a function of x and n")
    for n in PIXELS:
        for wanted, centre in enumerate(grid((1, n))[0, :, 1].tolist()):
            for x in (centre - 0.9 / n, centre, centre + 0.9 / n):
                given = number(answer(x, n), "return a whole number, the pixel's")
                expect(
                    given == wanted, f"x = {x:.3f} lies in pixel {wanted} of {n}, not in {given:g}"
                )


@check
def weights(answer: Any) -> None:
    """The four weights, largest first, of a place a quarter pixel below and right of a centre.

    Example:
        >>> from fcsr.course.exercises import functions
        >>> functions.weights((0.4, 0.3, 0.2, 0.2))
        not yet: they add up to 1.1; what should weights of a mean add up to?
    """
    quarter = torch.tensor([0.25, 0.25]) * 2 / 4  # of a pixel, in an image of 4 x 4
    place = (grid((4, 4))[1, 1] + quarter).view(1, 1, 2)
    right = find_neighbours(place, (4, 4)).weight.flatten().sort(descending=True).values
    given = torch.tensor(numbers(answer, 4, "give four numbers, (.., ..)"), dtype=right.dtype)
    total = given.sum()
    expect(
        abs(total - 1) < 0.01,
        f"they add up to {total:.3g}; what should weights of a mean add up to?",
    )
    expect(bool((given.diff() <= 0).all()), "the largest first")
    close = torch.allclose(given, right, atol=0.005)
    expect(close, "draw the rectangle between the place and the *opposite* pixel")


@check
def share_of_slow(answer: Any, measured: float) -> None:
    """A prediction, 0 to 1: how much of the gain remains without the fast waves.

    Example:
        >>> from fcsr.course.exercises import functions
        >>> functions.share_of_slow(0.1, measured=0.86)
        not yet: more of the gain remains than that
    """
    share = number(answer, "give a share, from 0 to 1")
    expect(0 <= share <= 1, "give a share, from 0 to 1")
    expect(share > measured - 0.15, "more of the gain remains than that")
    expect(share < measured + 0.15, "less of the gain remains than that")


@check
def turned(answer: Any) -> None:
    """A function of places (1, Q, 2), as (y, x): the same, turned by 30 degrees around the middle.

    Either direction is right.

    Example:
        >>> from fcsr.course.exercises import functions
        >>> functions.turned(lambda coord: coord)
        not yet: a place to the right of the middle moved by 0 degrees, not by 30
    """
    expect(callable(answer), "write a function of places")
    coord = grid((5, 7)).view(1, -1, 2)
    places = answer(coord)
    expect(isinstance(places, Tensor) and places.shape == coord.shape, "return places, (1, Q, 2)")
    kept = torch.allclose(places.norm(dim=-1), coord.norm(dim=-1), atol=1e-3)
    expect(kept, "no place may come nearer to the middle, or go farther away")
    (y, x), degrees = answer(torch.tensor([[[0.0, 0.5]]]))[0, 0].tolist(), 30
    angle = abs(math.degrees(math.atan2(y, x)))
    expect(
        abs(angle - degrees) < 0.5,
        f"a place to the right of the middle moved by {angle:.0f} degrees, not by {degrees}",
    )
    below = answer(torch.tensor([[[0.5, 0.0]]]))[0, 0]
    expect(abs(below @ torch.tensor([y, x])) < 1e-3, "not all places turn by the same angle")
    mirrored = y * below[1] - x * below[0] > 0
    expect(not mirrored, "this is a mirror, not a turn")


def _example() -> tuple[TextureMaps, Tensor, Tensor, Tensor]:
    """Maps of 3 x 4 pixels, and 50 places."""
    random = torch.Generator().manual_seed(0)
    maps = TextureMaps(*torch.randn(4, 1, 3, 4, WAVES, generator=random).unbind())
    index = torch.randint(12, (1, 50), generator=random)
    offset = 2 * torch.rand(1, 50, 2, generator=random) - 1
    return maps, index, offset, torch.randn(1, 50, WAVES, generator=random)


def _mistakes(maps: TextureMaps, index: Tensor, offset: Tensor, phase: Tensor) -> dict[str, Tensor]:
    """Usual mistakes: a hint for each, and what it gives."""
    swapped = maps._replace(along_y=maps.along_x, along_x=maps.along_y)
    other = maps._replace(cosine=maps.sine, sine=maps.cosine)
    ones = maps._replace(cosine=torch.ones_like(maps.sine), sine=torch.ones_like(maps.sine))
    wave = TextureEstimator.texture
    return {
        "y with y, x with x: which frequency belongs to which offset?": wave(
            swapped, index, offset, phase
        ),
        "pi belongs to the phase, too: it stands before the bracket": wave(
            maps, index, offset, phase / torch.pi
        ),
        "where is pi?": wave(maps, index, offset / torch.pi, phase / torch.pi),
        "where is the phase?": wave(maps, index, offset, torch.zeros_like(phase)),
        "where are the amplitudes?": wave(ones, index, offset, phase),
        "each amplitude goes with its own function": wave(other, index, offset, phase),
    }
