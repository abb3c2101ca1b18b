"""What LTE, CS and FCS have in common: an image becomes a function of coordinates.

As in LIIF, a model can `encode` an image once, then `query` it at any number of coordinates;
`forward` does both. `decode` turns the outputs of a query into RGB, `targets` turns an HR image
into what the outputs should be, and `loss` compares the two. Images are RGB in [0, 1] throughout.

    model   outputs                                         shape                     loss
    LTE     RGB                                             (B, Q, 3)                 L1
    CS      logits of the 256 levels of each colour         (B, Q, 3, 256)            eq. (1)
    FCS     low band, and logits of the high band's levels  (B, Q, 3), (B, Q, 3, 256) eq. (2)

Instead of logits, a head may give the parameters of a mixture: see `fcsr.mixtures`.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeVar, cast

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from fcsr import decoding
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import Region, pair, whole
from fcsr.models.compile import check_unchanged, compile_in_place
from fcsr.models.edsr import EDSR
from fcsr.models.encoded import Encoded, Estimate
from fcsr.models.mlp import linear
from fcsr.models.precision import Precision, resolve_precision
from fcsr.models.texture import EstimatorSize, TextureEstimator, bilinear, grid
from fcsr.utils.numbers import is_finite
from fcsr.utils.registry import Registry

MAX_SIDE = 2**14
"""Pixels a side of an image that float32 coordinates are good for; LTE's `EDGE` is 0.008 there."""

MODELS = Registry("fcsr.models")
"""All models by name: a subclass of `ContinuousModel` is added where it is defined."""

Model = TypeVar("Model", bound="ContinuousModel")


class ContinuousModel(nn.Module, ABC):
    """The base class: image -> features -> texture -> `outputs` numbers a coordinate.

    A subclass takes `(encoder, size, max_scale, ...)`. Its own options belong in `config`, too:
    `fcsr.load` passes them to `__init__` again.

    Args:
        encoder: makes the features; an EDSR, as no other can be saved.
        size: of each texture estimator.
        outputs: how many numbers each texture estimator gives for a coordinate.
        max_scale: the largest scale of the training. A query's cell is never smaller than at this
            scale, as in the published evaluation (`cell * max(s / 4, 1)`).

    >>> import fcsr, torch
    >>> class Tempered(fcsr.CS):
    ...     def __init__(self, *arguments, temperature=1.0, **options):
    ...         super().__init__(*arguments, **options)
    ...         self.temperature = temperature
    ...     @property
    ...     def config(self):
    ...         return super().config | {"temperature": self.temperature}
    ...     def outputs(self, estimate):
    ...         return super().outputs(estimate) / self.temperature
    >>> fcsr.models.from_config(Tempered.compact(temperature=2.0).config).temperature
    2.0
    >>> model, coord = fcsr.load("lte-compact"), fcsr.models.grid((20, 30)).flatten(0, 1)[None]
    >>> cell = torch.tensor([2 / 20, 2 / 30]).expand_as(coord)
    >>> outputs = model.query(model.encode(torch.zeros(1, 3, 8, 12)), coord, cell)
    >>> model.decode(outputs).unflatten(1, (20, 30)).shape
    torch.Size([1, 20, 30, 3])
    """

    default_decode: str | None = None  # of its distributions, if it predicts any
    source: str | None = None  # the name or path that `fcsr.load` made it of

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        MODELS.add(cls)

    def __init__(
        self, encoder: EDSR, size: EstimatorSize, outputs: tuple[int, ...], max_scale: float
    ):
        super().__init__()
        if not is_finite(max_scale, least=1):
            raise FcsrError(f"max_scale is {max_scale}; give a finite number of at least 1")
        if type(encoder) is not EDSR:
            raise FcsrError(
                f"encoder is of the class {type(encoder).__name__}, but only EDSR can be saved; "
                "subclass the model instead, and set self.encoder in its __init__"
            )
        self.size, self.max_scale = size, max_scale
        self.encoder = encoder
        estimators = nn.ModuleList(TextureEstimator(encoder.features, n, size) for n in outputs)
        self.estimators = cast(Sequence[TextureEstimator], estimators)

    @classmethod
    def compact(cls: type[Model], **options: Any) -> Model:
        """The small variant that trains and runs on a laptop."""
        return cls(EDSR.compact(), size=EstimatorSize.compact(), **options)

    @property
    def config(self) -> dict[str, Any]:
        """Everything but the weights, as plain values, for `from_config`."""
        return {
            "model": MODELS.name(type(self)),
            "encoder": self.encoder.config,
            "size": asdict(self.size),
            "max_scale": self.max_scale,
        }

    @property
    def precision(self) -> torch.dtype:
        """The type in which encoder and estimators multiply."""
        return self.encoder.head.weight.dtype

    def set_precision(self, precision: Precision) -> None:
        """Multiply in float32, in bfloat16, or ("auto") in the faster of the two, from now on.

        Encoder and estimators do. Phases, heads, distributions and what decodes them stay float32.
        It rounds the weights for good: load the model again to have them back. Compile afterwards.

        Raises FcsrError for another precision.

        >>> import fcsr, torch
        >>> model = fcsr.load("lte-compact")
        >>> model.set_precision("bfloat16")
        >>> coord = torch.zeros(1, 5, 2)
        >>> model(torch.zeros(1, 3, 8, 8), coord, cell=coord + 0.1).dtype
        torch.float32
        """
        dtype = resolve_precision(precision, next(self.parameters()).device)
        self.encoder.to(dtype)
        for estimator in self.estimators:
            estimator.set_precision(dtype)

    def in_precision(self: Model, precision: Precision | None) -> Model:
        """This model, or a copy of it that multiplies in another precision; None is its own.

        Raises FcsrError for another precision.

        >>> import fcsr
        >>> model = fcsr.load("lte-compact")
        >>> model.in_precision("float32") is model, model.in_precision("bfloat16").precision
        (True, torch.bfloat16)
        """
        if precision is None:
            return self
        if resolve_precision(precision, next(self.parameters()).device) == self.precision:
            return self
        model = copy.deepcopy(self)
        model.set_precision(precision)
        return model

    def compile(self) -> None:
        """Compile the texture estimators in place by `torch.compile`: faster, equal to rounding.

        It takes some ten seconds, less when PyTorch's cache has them. It holds for single images
        of any size and scale; the first batch, or image one pixel wide or high, is compiled for
        anew. Compile last: a model whose weights change afterwards refuses to work.

        Raises FcsrError if it fails, and leaves the model as it was. A CPU needs a C++ compiler and
        Python's headers.
        """
        compile_in_place(self.estimators, self._try_out)

    @torch.no_grad()
    def _try_out(self) -> None:
        """One typical query; all sizes differ, so that none is compiled as equal to another."""
        device = next(self.parameters()).device
        coord = grid((23, 31), device).flatten(0, 1).expand(1, -1, -1)
        cell = pair(coord, 2 / 23, 2 / 31).expand_as(coord)
        self(coord.new_zeros(1, 3, 7, 9), coord, cell)

    def _repr_html_(self) -> str:
        """What notebooks show of it."""
        from fcsr.models.saved.summary import as_html

        return as_html(self)

    @property
    def numbers(self) -> int:
        """How many numbers the heads give for a pixel."""
        return sum(estimator.head.out_features for estimator in self.estimators)

    @property
    def margin(self) -> int:
        """How many pixels around a region its features depend on."""
        return self.encoder.radius + 1  # the estimators' own convolutions see one more

    def encode(self, image: Float[Tensor, "b 3 h w"], region: Region | None = None) -> Encoded:
        """Encode an image, or a region of it, which must hold the neighbours of every query.

        The `margin` around the region is encoded too, so its features are those of the whole image.
        """
        size = image.shape[-2], image.shape[-1]
        region = region or whole(size)
        return self.encode_seen(region.grown(self.margin, size).cut(image), region, size)

    def encode_seen(
        self, seen: Float[Tensor, "b 3 h w"], region: Region, size: tuple[int, int]
    ) -> Encoded:
        """`encode`, given only `region.grown(self.margin, size)` of an image of `size`."""
        check_unchanged(self.estimators)
        outer, rim = region.grown(self.margin, size), region.grown(1, size)
        # Channels last: convolutions are faster so, and queries read features pixel by pixel.
        scaled = ((seen - 0.5) / 0.5).to(self.precision, memory_format=torch.channels_last)
        features = self.encoder(scaled)
        features, inner = rim.within(outer).cut(features), region.within(rim)
        maps = tuple(estimator.maps(features, inner) for estimator in self.estimators)
        return Encoded(region.within(outer).cut(seen), maps, region, size)

    def estimate(
        self, encoded: Encoded, coord: Float[Tensor, "b q 2"], cell: Float[Tensor, "b q 2"]
    ) -> Estimate:
        """`query` without the heads."""
        image, maps, region, size = encoded
        if max(size) > MAX_SIDE:
            raise FcsrError(
                f"an image of {size[0]} x {size[1]} pixels is too long to be queried: coordinates "
                f"are exact up to {MAX_SIDE} pixels a side; cut it into parts, or take "
                "fcsr.upscale, which takes any length"
            )
        cell = torch.maximum(cell, 2 / (self.max_scale * pair(cell, *size)))
        pairs = zip(self.estimators, maps, strict=True)
        hidden = tuple(estimator(part, coord, cell, size, region) for estimator, part in pairs)
        return Estimate(hidden, bilinear(image, region.locate(coord, size)))

    def heads(self, estimate: Estimate) -> Float[Tensor, "b q outputs"]:
        """The numbers of all heads side by side."""
        pairs = zip(self.estimators, estimate.hidden, strict=True)
        made = (linear(e.head, hidden.to(estimate.skip.dtype)) for e, hidden in pairs)
        return torch.cat(list(made), dim=-1)

    def query(
        self, encoded: Encoded, coord: Float[Tensor, "b q 2"], cell: Float[Tensor, "b q 2"]
    ) -> Any:
        """The outputs for pixels of size `cell` centred at `coord`, both (y, x) in [-1, 1].

        Raises FcsrError for an image of more than `MAX_SIDE` pixels a side.
        """
        return self.outputs(self.estimate(encoded, coord, cell))

    def forward(
        self,
        image: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
    ) -> Any:
        """`encode`, then `query`."""
        return self.query(self.encode(image), coord, cell)

    @abstractmethod
    def outputs(self, estimate: Estimate) -> Any:
        """The model's outputs, made of `heads(estimate)`: each class has a type of its own."""

    @abstractmethod
    def decode(self, outputs: Any, decode: str | Decode | None = None) -> Float[Tensor, "b q 3"]:
        """RGB in [0, 1] from outputs; `decode` is for distributions, `default_decode` if None."""

    def check_decode(self, decode: str | Decode | None) -> None:
        """Raise FcsrError for a `decode` that the method `decode` would refuse."""
        if decode is not None:
            decoding.resolve(decode)

    @abstractmethod
    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[Shaped[Tensor, "b 3 h w"], ...]:
        """What the outputs should be at every pixel of `hr`, as images."""

    @abstractmethod
    def loss(self, outputs: Any, *targets: Shaped[Tensor, "b q 3"]) -> Float[Tensor, ""]:
        """The training loss of `outputs`, given the targets of the same pixels."""


def regress(values: Tensor, skip: Tensor) -> Tensor:
    """RGB: a head predicts the residual to bilinear interpolation, in units of half the range."""
    return skip + 0.5 * values
