"""Between an image and outputs: the image encoded, and a query of it before the heads."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from fcsr.images import Region
from fcsr.models.texture import TextureMaps


class Encoded(NamedTuple):
    """An image, or a region of it, that is ready to be queried.

    >>> import fcsr, torch
    >>> fcsr.LTE.compact().encode(torch.zeros(1, 3, 8, 12)).size
    (8, 12)
    """

    image: Float[Tensor, "b 3 h w"]  # no more than the region
    maps: tuple[TextureMaps, ...]  # one for each texture estimator
    region: Region
    size: tuple[int, int]  # of the whole image

    def within(self, part: Region) -> "Encoded":
        """The same for queries in coordinates of a part of the image, which holds the region."""
        return self._replace(region=self.region.within(part), size=part.size)


class Estimate(NamedTuple):
    """A query before the heads: small, however many outputs there are.

    >>> import fcsr, torch
    >>> model, image, coord = fcsr.CS.compact(), torch.zeros(1, 3, 8, 8), torch.zeros(1, 5, 2)
    >>> model.estimate(model.encode(image), coord, cell=coord + 0.1).hidden[0].shape
    torch.Size([1, 5, 128])
    """

    hidden: tuple[Float[Tensor, "b q hidden"], ...]  # one for each texture estimator
    skip: Float[Tensor, "b q 3"]  # the image at the coordinates, interpolated bilinearly
