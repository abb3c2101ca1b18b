"""Spectra: the power of an image at each frequency.

Frequencies are in cycles a pixel: 0.5, the highest along a row, alternates from pixel to pixel.
Mirror images continue the image, as in most filters of `fcsr.frequency`. A plain Fourier transform
would repeat it, and the seams would look like high frequencies.
"""

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from fcsr.utils.dense import require_floats


def band_energy(
    image: Float[Tensor, "b c h w"], edges: tuple[float, ...] = (0.0, 0.0625, 0.125, 0.25, 0.5)
) -> Float[Tensor, "b c bands"]:
    """Mean square of the image in each band between neighbouring `edges` (cycles a pixel).

    The last band includes the corners of the spectrum (up to 0.71), so with a first edge of 0 the
    bands add up to the mean square of the image (Parseval's theorem).

    >>> import fcsr, torch
    >>> fcsr.frequency.band_energy(torch.ones(1, 1, 8, 8)).tolist()  # constant: all at frequency 0
    [[[1.0, 0.0, 0.0, 0.0]]]
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
    """Power over frequency, summed over all directions, in `bins` equal bands from 0 to 0.5.

    Returns the bands' centres in cycles a pixel, and the mean square of the image in each. The
    last band also takes the corners of the spectrum (up to 0.71).

    >>> import fcsr, torch
    >>> centres, power = fcsr.frequency.radial_spectrum(torch.rand(1, 3, 16, 16), bins=4)
    >>> centres.tolist(), power.shape
    ([0.0625, 0.1875, 0.3125, 0.4375], torch.Size([1, 3, 4]))
    """
    edges = torch.linspace(0, 0.5, bins + 1, dtype=torch.float64, device="cpu")
    centres = (edges[:-1] + edges[1:]) / 2
    return centres.to(image), band_energy(image, tuple(edges.tolist()))


def mirror_spectrum(
    image: Float[Tensor, "b c h w"],
) -> tuple[Complex[Tensor, "b c rows columns"], Float[Tensor, "rows columns"]]:
    """The spectrum of the image with its mirror images, and the radial frequency of each entry.

    `rows` are 2h. Of the 2w columns of a real image's spectrum, `rfft2` keeps the first w + 1.
    """
    require_floats(image, "the image")
    h, w = image.shape[-2:]
    image = torch.cat((image, image.flip(-2)), -2)
    image = torch.cat((image, image.flip(-1)), -1)
    rows = torch.fft.fftfreq(2 * h, device=image.device, dtype=image.dtype)
    columns = torch.fft.rfftfreq(2 * w, device=image.device, dtype=image.dtype)
    return torch.fft.rfft2(image), torch.hypot(rows[:, None], columns[None, :])
