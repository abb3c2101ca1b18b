"""Spectra: how much of an image lies at which frequency.

Frequencies are in cycles a pixel: a wave of 0.5 goes up at one pixel and down at the next, and no
faster one can be drawn along a row. The image is continued by its mirror images, as most filters
of `fcsr.frequency` continue it; a plain Fourier transform would continue it periodically, and
the seams would look like high frequencies.
"""

import torch
from jaxtyping import Complex, Float
from torch import Tensor


def band_energy(
    image: Float[Tensor, "b c h w"], edges: tuple[float, ...] = (0.0, 0.0625, 0.125, 0.25, 0.5)
) -> Float[Tensor, "b c bands"]:
    """Mean square of the image in each band between neighbouring `edges` (cycles a pixel).

    The last band also takes the corners of the spectrum (up to 0.71), so with a first edge of 0
    the bands add up to the mean square of the image (Parseval's theorem).
    """
    spectrum, frequency = mirror_spectrum(image)
    # rfft keeps half of the columns: all but the first and the last stand for two.
    copies = torch.full_like(frequency, 2.0)
    copies[:, [0, -1]] = 1.0
    samples = 4 * image.shape[-2] * image.shape[-1]
    power = (spectrum.abs() / samples).square() * copies  # (b, c, 2h, w + 1)
    inner_edges = torch.tensor(edges[1:-1], device=image.device, dtype=image.dtype)
    band = torch.bucketize(frequency, inner_edges, right=True)
    power = power * (frequency >= edges[0])
    total = power.new_zeros(*image.shape[:2], len(edges) - 1)
    return total.index_add(2, band.flatten(), power.flatten(2))


def radial_spectrum(
    image: Float[Tensor, "b c h w"], bins: int = 64
) -> tuple[Float[Tensor, " bins"], Float[Tensor, "b c bins"]]:
    """Power over frequency, summed over all directions: `bins` equal bands from 0 to 0.5.

    Returns the bands' centres in cycles a pixel, and the mean square of the image in each.
    """
    edges = torch.linspace(0, 0.5, bins + 1, dtype=torch.float64)
    centres = (edges[:-1] + edges[1:]) / 2
    return centres.to(image), band_energy(image, tuple(edges.tolist()))


def mirror_spectrum(
    image: Float[Tensor, "b c h w"],
) -> tuple[Complex[Tensor, "b c rows columns"], Float[Tensor, "rows columns"]]:
    """The spectrum of the image beside its mirror images, and each entry's radial frequency.

    Of the 2w columns of a real image's spectrum, `rfft2` keeps the first w + 1; `rows` are 2h.
    """
    h, w = image.shape[-2:]
    image = torch.cat((image, image.flip(-2)), -2)
    image = torch.cat((image, image.flip(-1)), -1)
    rows = torch.fft.fftfreq(2 * h, device=image.device, dtype=image.dtype)
    columns = torch.fft.rfftfreq(2 * w, device=image.device, dtype=image.dtype)
    return torch.fft.rfft2(image), torch.hypot(rows[:, None], columns[None, :])
