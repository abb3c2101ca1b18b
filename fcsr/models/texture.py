"""The local texture estimator: features and a coordinate become a value (Lee & Jin, CVPR 2022).

An image becomes a continuous function. Coordinates are `(y, x)` in [-1, 1], where pixel `i` of `n`
has its centre at `-1 + (2 i + 1) / n`; a query's *cell* is the height and width of its pixel,
`2 / H` and `2 / W`.

Each of the four feature vectors around a query gives amplitudes `A_j` and frequencies `F_j`, the
cell gives phases `phi`, and the texture of neighbour `j` at the distance `delta_j` is

    A_j * [cos(pi (<F_j, delta_j> + phi)), sin(pi (<F_j, delta_j> + phi))]

An MLP turns it into a hidden vector, the four hidden vectors are averaged with the areas of the
opposite rectangles as weights, and a linear head maps the average to the outputs. Published LTE
averages after the head; as that is linear and the weights add up to 1, ours is the same, at a
quarter of the cost.

The MLP is not linear: to average the four textures and run it once is another function, at a
quarter of the MLP's cost. The compact models do that (`EstimatorSize.ensemble`), our own choice.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from fcsr.errors import FcsrError
from fcsr.images import Region, pair, whole
from fcsr.models.mlp import MLP

EDGE = 1e-6  # how far inside [-1, 1] LTE keeps coordinates, and by how much it breaks ties


@dataclass(frozen=True)
class EstimatorSize:
    """The size of a texture estimator; the defaults are published LTE's.

    >>> import fcsr
    >>> fcsr.models.EstimatorSize.compact()
    EstimatorSize(width=128, hidden=(128, 128), ensemble='texture')
    """

    width: int = 256  # channels of the Fourier texture
    hidden: tuple[int, ...] = (256, 256, 256)  # the MLP's hidden layers
    ensemble: str = "hidden"  # average the four neighbours' hidden vectors, or "texture"

    def __post_init__(self):
        if self.width < 2 or self.width % 2:
            raise FcsrError(f"width is {self.width}; half are cosines, half sines: make it even")
        if self.ensemble not in ("hidden", "texture"):
            raise FcsrError(f'ensemble is "{self.ensemble}"; give "hidden" or "texture"')

    @classmethod
    def compact(cls) -> "EstimatorSize":
        """For a laptop: half as wide, a layer less, a single pass; 1/24 of the MLP's arithmetic."""
        return cls(width=128, hidden=(128, 128), ensemble="texture")


class TextureMaps(NamedTuple):
    """What a query needs of an image, or of a region: amplitudes and frequencies of waves.

    >>> import fcsr, torch
    >>> fcsr.LTE.compact().encode(torch.zeros(1, 3, 8, 12)).maps[0].cosine.shape
    torch.Size([1, 8, 12, 64])
    """

    cosine: Float[Tensor, "b h w waves"]  # amplitudes of the cosines
    sine: Float[Tensor, "b h w waves"]  # and of the sines
    along_y: Float[Tensor, "b h w waves"]  # frequencies
    along_x: Float[Tensor, "b h w waves"]


class Neighbours(NamedTuple):
    """The four pixels around each query, in the order (top, bottom) x (left, right).

    >>> import fcsr, torch
    >>> near = fcsr.models.find_neighbours(torch.tensor([[[0.0, 0.15]]]), size=(4, 4))
    >>> [round(weight, 2) for weight in near.weight.flatten().tolist()]
    [0.1, 0.4, 0.1, 0.4]
    """

    # y * w + x, counted in the region; it hides the method that a tuple has under this name
    index: Int[Tensor, "4 b q"]  # type: ignore[assignment]
    offset: Float[Tensor, "4 b q 2"]  # query - centre, in units of half a pixel
    weight: Float[Tensor, "4 b q"]  # sums to 1 over the four


class TextureEstimator(nn.Module):
    """Features (B, F, h, w), coordinates and cells (B, Q, 2) -> hidden vectors (B, Q, hidden).

    `head` maps them to the outputs, but not in `forward`: 768 outputs a query are too much memory
    for all queries at once.

    Args:
        features: channels of the encoder.
        outputs: values a query, 3 for RGB, 768 for 256 classes of three colours.
        size: its width, hidden layers and ensemble.

    >>> import fcsr, torch
    >>> estimator = fcsr.models.TextureEstimator(32, 3, fcsr.models.EstimatorSize.compact())
    >>> maps, coord = estimator.maps(torch.zeros(1, 32, 8, 8)), torch.zeros(1, 5, 2)
    >>> estimator(maps, coord, cell=coord + 0.1).shape
    torch.Size([1, 5, 128])
    """

    def __init__(self, features: int, outputs: int, size: EstimatorSize):
        super().__init__()
        self.ensemble = size.ensemble
        self.amplitude = nn.Conv2d(features, size.width, 3, padding=1)
        self.frequency = nn.Conv2d(features, size.width, 3, padding=1)
        self.phase = nn.Linear(2, size.width // 2, bias=False)
        sizes = (size.width, *size.hidden)
        layers = (
            layer
            for fan_in, fan_out in pairwise(sizes)
            for layer in (nn.Linear(fan_in, fan_out), nn.ReLU(inplace=True))
        )
        self.mlp = MLP(*layers)
        self.head = nn.Linear(sizes[-1], outputs)

    @property
    def precision(self) -> torch.dtype:
        """The type in which convolutions and MLP multiply; phases and head stay float32."""
        return self.amplitude.weight.dtype

    def set_precision(self, dtype: torch.dtype) -> None:
        for module in (self.amplitude, self.frequency, self.mlp):
            module.to(dtype)

    def maps(
        self, features: Float[Tensor, "b f _h _w"], region: Region | None = None
    ) -> TextureMaps:
        """The waves of every pixel, or of a region, channels last: a query takes a row.

        Channels are ordered as in published LTE: the amplitudes of all cosines, then of all sines;
        the frequencies in pairs, y and x.
        """
        cosine, sine = self.amplitude(features).chunk(2, dim=1)
        along_y, along_x = self.frequency(features).unflatten(1, (-1, 2)).unbind(2)
        region = region or whole((features.shape[-2], features.shape[-1]))
        maps = (region.cut(channels) for channels in (cosine, sine, along_y, along_x))
        return TextureMaps(*(channels.permute(0, 2, 3, 1).contiguous() for channels in maps))

    def forward(
        self,
        maps: TextureMaps,
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
        size: tuple[int, int] | None = None,
        region: Region | None = None,
    ) -> Float[Tensor, "b q hidden"]:
        """A hidden vector a query: the average over its four neighbours, weighted by area.

        `maps` are those of `region` of an image of `size`; by default of a whole image.
        """
        size = size or (maps.cosine.shape[1], maps.cosine.shape[2])
        phase = self.phase(cell * pair(cell, *size))  # (b, q, width / 2)
        single, dtype = self.ensemble == "texture", self.precision
        average = phase.new_zeros(())
        for index, offset, weight in zip(*find_neighbours(coord, size, region), strict=True):
            texture = self.texture(maps, index, offset, phase)
            part = texture if single else self.mlp(texture.to(dtype))
            average = torch.addcmul(average, weight.unsqueeze(-1), part)
        return self.mlp(average.to(dtype)) if single else average

    @staticmethod
    def texture(
        maps: TextureMaps,
        index: Int[Tensor, "b q"],
        offset: Float[Tensor, "b q 2"],
        phase: Float[Tensor, "b q waves"],
    ) -> Float[Tensor, "b q width"]:
        """The Fourier texture of one neighbour of each query."""
        cosine, sine, along_y, along_x = (_take(channels, index) for channels in maps)
        y, x = (torch.pi * offset).unsqueeze(-2).unbind(-1)  # (b, q, 1)
        angle = torch.addcmul(torch.addcmul(torch.pi * phase, along_y, y), along_x, x)
        return torch.cat((cosine * torch.cos(angle), sine * torch.sin(angle)), dim=-1)


def grid(
    size: tuple[int, int], device: torch.device | str | None = None, region: Region | None = None
) -> Float[Tensor, "h w 2"]:
    """The (y, x) coordinates of all pixel centres of an image of `size`, or of a region of it.

    >>> import fcsr
    >>> fcsr.models.grid((1, 2)).tolist()
    [[[0.0, -0.5], [0.0, 0.5]]]
    """
    top, left, bottom, right = region or whole(size)
    rows = torch.arange(top, bottom, device=device)
    columns = torch.arange(left, right, device=device)
    axes = (_centre(rows, size[0]), _centre(columns, size[1]))
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)


def find_neighbours(
    coord: Float[Tensor, "b q 2"], size: tuple[int, int], region: Region | None = None
) -> Neighbours:
    """The four feature pixels around each query and the weight of each (LIIF's local ensemble).

    Beyond the centres of the outermost pixels the neighbours are clamped to the border. They
    are counted within `region`, where all of them must lie, of an image of `size`. Where a query
    lies on the centre of an outermost pixel, the weights along the other axis are kept; published
    LTE adds its 1e-9 after the product, which loses them.

    >>> import fcsr, torch
    >>> fcsr.models.find_neighbours(torch.zeros(1, 1, 2), size=(4, 4)).index.flatten().tolist()
    [5, 6, 9, 10]
    """
    top, left, _, right = region or whole(size)
    pixels, offsets = [], []  # [axis][side], each (b, q)
    for axis, (n, first) in enumerate(zip(size, (top, left), strict=True)):
        position = coord[..., axis]
        shifted = (position + shift / n + EDGE for shift in (-1, 1))
        pixel = [((s.clamp(-1 + EDGE, 1 - EDGE) + 1) / 2 * n).floor() for s in shifted]
        pixels.append([side.long() - first for side in pixel])
        offsets.append([(position - _centre(side, n)) * n for side in pixel])
    corners = [(y, x) for y in (0, 1) for x in (0, 1)]
    index = torch.stack([pixels[0][y] * (right - left) + pixels[1][x] for y, x in corners])
    offset = torch.stack([torch.stack((offsets[0][y], offsets[1][x]), dim=-1) for y, x in corners])
    area = (offset.abs() + 1e-9).prod(dim=-1)
    return Neighbours(index, offset, area.flip(0) / area.sum(0))  # flip: the opposite rectangle


def bilinear(
    image: Float[Tensor, "b c h w"], coord: Float[Tensor, "b q 2"]
) -> Float[Tensor, "b q c"]:
    """The image at the coordinates, interpolated bilinearly, constant beyond the border.

    >>> import fcsr, torch
    >>> fcsr.models.bilinear(torch.tensor([[[[0.0, 1.0]]]]), coord=torch.zeros(1, 1, 2))
    tensor([[[0.5000]]])
    """
    points = coord.flip(-1).unsqueeze(1)  # grid_sample wants (x, y)
    values = F.grid_sample(image, points, "bilinear", "border", align_corners=False)
    return values.squeeze(2).transpose(1, 2)


def _centre(pixel: Tensor, n: int) -> Tensor:
    """`-1 + (2 i + 1) / n`, rounded as published LTE rounds it: x3 lies on exact ties."""
    return 2 / n * pixel.float() + (1 / n - 1)


def _take(maps: Tensor, index: Tensor) -> Tensor:
    """Rows (b, q, c) of a channels-last map (b, h, w, c) at the flat pixel indices (b, q)."""
    rows = maps.flatten(1, 2)
    # not len(rows), which torch.export would take for a constant
    first = rows.shape[1] * torch.arange(rows.shape[0], device=index.device).unsqueeze(-1)
    # index_select copies whole rows; gather, which also could, fetches number by number.
    return rows.flatten(0, 1).index_select(0, (first + index).flatten()).unflatten(0, index.shape)
