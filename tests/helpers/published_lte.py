"""Published EDSR-baseline-LTE, written down plainly from its formulas, to compare with.

Source: Lee & Jin, "Local Texture Estimator for Implicit Representation Function", CVPR 2022.
Everything is looked up by the names of a published checkpoint, nothing is shared with fcsr.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

BLOCKS, FEATURES, WIDTH = 16, 64, 256


def checkpoint(seed: int = 0) -> dict:
    """Random weights in the layout of `edsr-baseline-lte.pth`."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}

    def layer(name: str, *shape: int, gain: float = 1.0, bias: bool = True):
        fan_in = torch.Size(shape[1:]).numel()
        weights[f"{name}.weight"] = torch.randn(shape, generator=generator) * gain / fan_in**0.5
        if bias:
            weights[f"{name}.bias"] = 0.1 * torch.randn(shape[0], generator=generator)

    for shift in ("sub_mean", "add_mean"):
        layer(f"encoder.{shift}", 3, 3, 1, 1)
    layer("encoder.head.0", FEATURES, 3, 3, 3)
    for block in range(BLOCKS):
        for convolution in (0, 2):
            layer(f"encoder.body.{block}.body.{convolution}", FEATURES, FEATURES, 3, 3, gain=0.3)
    layer(f"encoder.body.{BLOCKS}", FEATURES, FEATURES, 3, 3)
    layer("coef", WIDTH, FEATURES, 3, 3)
    layer("freq", WIDTH, FEATURES, 3, 3)
    layer("phase", WIDTH // 2, 2, bias=False)
    for number in (0, 2, 4):
        layer(f"imnet.layers.{number}", 256, 256, gain=1.4)
    layer("imnet.layers.6", 3, 256, gain=0.1)
    encoder = {"name": "edsr-baseline", "args": {"no_upsampling": True}}
    imnet = {"name": "mlp", "args": {"out_dim": 3, "hidden_list": [256, 256, 256]}}
    args = {"encoder_spec": encoder, "imnet_spec": imnet, "hidden_dim": 256}
    return {"model": {"name": "lte", "args": args, "sd": weights}}


def upscale(weights: dict[str, Tensor], image: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, 3, h, w) in [0, 1] -> (B, 3, H, W) in [0, 1]."""
    image = (image - 0.5) / 0.5
    features = encode(weights, image)
    maps = {
        "amplitude": convolve(weights, "coef", features),
        "frequency": convolve(weights, "freq", features),
        "centre": centres(features.shape[-2:]).movedim(-1, 0).expand(len(image), -1, -1, -1),
    }
    query = centres(size).flatten(0, 1).expand(len(image), -1, -1)
    scale = size[0] / image.shape[-2]
    cell = torch.tensor([2 / size[0], 2 / size[1]]) * max(scale / 4, 1)

    outputs, areas = [], []
    for down in (-1, 1):
        for right in (-1, 1):
            output, area = query_neighbour(weights, maps, query, cell, (down, right))
            outputs.append(output)
            areas.append(area)
    # a nearer neighbour has the smaller rectangle, so the opposite one is its weight
    total = sum(areas)
    texture = sum(o * (a / total)[..., None] for o, a in zip(outputs, areas[::-1], strict=True))
    skip = pick(image, query, "bilinear", padding_mode="border")
    rgb = (texture + skip) * 0.5 + 0.5
    return rgb.transpose(1, 2).unflatten(2, size).clamp(0, 1)


def encode(weights: dict[str, Tensor], image: Tensor) -> Tensor:
    head = x = convolve(weights, "encoder.head.0", image)
    for block in range(BLOCKS):
        inner = convolve(weights, f"encoder.body.{block}.body.0", x).relu()
        x = x + convolve(weights, f"encoder.body.{block}.body.2", inner)
    return head + convolve(weights, f"encoder.body.{BLOCKS}", x)


def query_neighbour(weights, maps, query, cell, side) -> tuple[Tensor, Tensor]:
    """The MLP's output for one of the four neighbours, and the area between it and the query."""
    size = torch.tensor(maps["centre"].shape[-2:])
    nearby = (query + (torch.tensor(side) / size + 1e-6)).clamp(-1 + 1e-6, 1 - 1e-6)
    offset = (query - pick(maps["centre"], nearby, "nearest")) * size
    frequency = pick(maps["frequency"], nearby, "nearest")
    turns = frequency[..., 0::2] * offset[..., :1] + frequency[..., 1::2] * offset[..., 1:]
    turns = turns + F.linear(cell * size, weights["phase.weight"])
    waves = torch.cat((torch.cos(torch.pi * turns), torch.sin(torch.pi * turns)), dim=-1)
    x = pick(maps["amplitude"], nearby, "nearest") * waves
    for number in (0, 2, 4, 6):
        name = f"imnet.layers.{number}"
        x = F.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])
        x = x if number == 6 else x.relu()
    return x, offset.prod(-1).abs() + 1e-9


def convolve(weights: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=1)


def pick(values: Tensor, query: Tensor, mode: str, **options) -> Tensor:
    """(B, C, h, w) at (B, Q, 2) -> (B, Q, C)."""
    where = query.flip(-1)[:, None]  # grid_sample counts x first
    found = F.grid_sample(values, where, mode=mode, align_corners=False, **options)
    return found[:, :, 0].transpose(1, 2)


def centres(size) -> Tensor:
    axes = (-1 + 1 / n + 2 / n * torch.arange(n).float() for n in size)
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)
