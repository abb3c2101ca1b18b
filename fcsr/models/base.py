"""What LTE, CS and FCS have in common: an image becomes a function of coordinates.

Each model has two verbs, as LIIF has: `encode` an image once, then `query` it at as many
coordinates as wanted; `forward` does both. `decode` turns what a query gave into RGB, `targets`
turns an HR image into what a query should have given, and `loss` compares the two. Images are
RGB in [0, 1] throughout.

    model   what a query gives                              shape                     loss
    LTE     RGB                                             (B, Q, 3)                 L1
    CS      logits of the 256 levels of each colour         (B, Q, 3, 256)            eq. (1)
    FCS     low band, and logits of the high band's levels  (B, Q, 3), (B, Q, 3, 256) eq. (2)
"""

from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import NamedTuple

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from fcsr import decoding
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import Region, pair, whole
from fcsr.models.compile import check_unchanged, compile_in_place
from fcsr.models.edsr import EDSR
from fcsr.models.texture import EstimatorSize, TextureEstimator, TextureMaps, bilinear, grid
from fcsr.utils.registry import Registry

MODELS = Registry("fcsr.models")
"""LTE, CS, FCS, and every other subclass of `ContinuousModel`, as soon as it is defined."""


class Encoded(NamedTuple):
    """An image, or a region of it, that is ready to be queried."""

    image: Float[Tensor, "b 3 h w"]  # no more than the region
    maps: tuple[TextureMaps, ...]  # one for each texture estimator
    region: Region
    size: tuple[int, int]  # of the whole image


class Estimate(NamedTuple):
    """What is known of each query before the heads: small, whatever the outputs are."""

    hidden: tuple[Float[Tensor, "b q hidden"], ...]  # one for each texture estimator
    skip: Float[Tensor, "b q 3"]  # the image there, interpolated bilinearly


class ContinuousModel(nn.Module, ABC):
    """What the three share: image -> features -> texture -> `outputs` numbers a coordinate.

    Args:
        encoder: makes the features.
        size: of each texture estimator.
        outputs: how many numbers each texture estimator gives for a coordinate.
        max_scale: the largest scale of the training. Beyond it a query's cell is held at this
            scale's, as in the published evaluation (`cell * max(s / 4, 1)`), since smaller
            cells were never seen.
    """

    default_decode: str | None = None  # how distributions are decoded, where there are any

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        MODELS.add(cls)

    def __init__(
        self, encoder: EDSR, size: EstimatorSize, outputs: tuple[int, ...], max_scale: float
    ):
        super().__init__()
        if not max_scale >= 1:
            raise FcsrError(f"max_scale is {max_scale}; it must be at least 1")
        self.size, self.max_scale = size, max_scale
        self.encoder = encoder
        self.estimators = nn.ModuleList(
            TextureEstimator(encoder.features, n, size) for n in outputs
        )

    @classmethod
    def compact(cls, **options) -> "ContinuousModel":
        """The small variant that trains and runs on a laptop."""
        return cls(EDSR.compact(), EstimatorSize.compact(), **options)

    @property
    def config(self) -> dict:
        """Everything but the weights, as plain values; `from_config` reads it."""
        return {
            "model": MODELS.name(type(self)),
            "encoder": self.encoder.config,
            "size": asdict(self.size),
            "max_scale": self.max_scale,
        }

    def compile(self) -> None:
        """Compile what queries do, in place, by `torch.compile`: faster, and equal to rounding.

        It takes some ten seconds, and less where PyTorch finds on disk what it once made. It holds
        for single images of any size and any scale; a batch, or an image that is one pixel wide
        or high, is compiled for when it first comes. Compile last: a model whose weights changed
        afterwards refuses to work.

        Raises FcsrError where it cannot be done; the model is then as it was. On a CPU it needs a
        C++ compiler and Python's headers.
        """
        compile_in_place(self.estimators, self._try_out)

    @torch.no_grad()
    def _try_out(self) -> None:
        """One query, as they are made of images; all sizes differ, lest they be taken for one."""
        weight = next(self.parameters())
        coord = grid((23, 31), weight.device).flatten(0, 1).expand(1, -1, -1)
        cell = pair(coord, 2 / 23, 2 / 31).expand_as(coord)
        self(weight.new_zeros(1, 3, 7, 9), coord, cell)

    @property
    def margin(self) -> int:
        """How many pixels around a region matter to what queries find there."""
        return self.encoder.radius + 1  # the estimators' own convolutions see one more

    def encode(self, image: Float[Tensor, "b 3 h w"], region: Region | None = None) -> Encoded:
        """Look at an image once: at all of it, or at a region.

        A region is encoded with as many pixels around it as can matter, so what queries find there
        does not depend on the region. It must hold the neighbours of every query.
        """
        size = tuple(image.shape[-2:])
        region = region or whole(size)
        return self.encode_seen(region.grown(self.margin, size).cut(image), region, size)

    def encode_seen(
        self, seen: Float[Tensor, "b 3 h w"], region: Region, size: tuple[int, int]
    ) -> Encoded:
        """`encode` for those who have only a region with its margin, of an image of `size`.

        That is, the pixels in `region.grown(self.margin, size)`.
        """
        check_unchanged(self.estimators)
        outer, rim = region.grown(self.margin, size), region.grown(1, size)
        # Channels last: convolutions are faster so, and queries read features pixel by pixel.
        features = self.encoder(((seen - 0.5) / 0.5).to(memory_format=torch.channels_last))
        features, inner = rim.within(outer).cut(features), region.within(rim)
        maps = tuple(estimator.maps(features, inner) for estimator in self.estimators)
        return Encoded(region.within(outer).cut(seen), maps, region, size)

    def estimate(
        self, encoded: Encoded, coord: Float[Tensor, "b q 2"], cell: Float[Tensor, "b q 2"]
    ) -> Estimate:
        """All of a query but the heads."""
        image, maps, region, size = encoded
        cell = torch.maximum(cell, 2 / (self.max_scale * pair(cell, *size)))
        pairs = zip(self.estimators, maps, strict=True)
        hidden = tuple(e(its, coord, cell, size, region) for e, its in pairs)
        return Estimate(hidden, bilinear(image, region.locate(coord, size)))

    def heads(self, estimate: Estimate) -> Float[Tensor, "b q outputs"]:
        """The numbers of all heads side by side, before they get a meaning."""
        pairs = zip(self.estimators, estimate.hidden, strict=True)
        return torch.cat([estimator.head(hidden) for estimator, hidden in pairs], dim=-1)

    def query(self, encoded: Encoded, coord: Float[Tensor, "b q 2"], cell: Float[Tensor, "b q 2"]):
        """What the model says of pixels of size `cell` centred at `coord`."""
        return self.outputs(self.estimate(encoded, coord, cell))

    def forward(
        self,
        image: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
    ):
        return self.query(self.encode(image), coord, cell)

    @abstractmethod
    def outputs(self, estimate: Estimate):
        """What the heads make of an estimate."""

    @abstractmethod
    def decode(self, outputs, decode: str | Decode | None = None) -> Float[Tensor, "b q 3"]:
        """RGB in [0, 1] from what `query` gave; `decode` says how distributions are read."""

    def check_decode(self, decode: str | Decode | None) -> None:
        """Raise FcsrError if `read` could not follow `decode`."""
        if decode is not None:
            decoding.resolve(decode)

    @abstractmethod
    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[Shaped[Tensor, "b 3 h w"], ...]:
        """What `query` should have given at every pixel of `hr`, as images."""

    @abstractmethod
    def loss(self, outputs, *targets: Shaped[Tensor, "b q 3"]) -> Float[Tensor, ""]:
        """How far `outputs` are from the targets of the same pixels."""


def regress(values: Tensor, skip: Tensor) -> Tensor:
    """RGB from a head: in units of half the range, what bilinear interpolation lacks."""
    return skip + 0.5 * values
