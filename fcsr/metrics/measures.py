"""The metrics by name: how each is measured, its columns in a table, and what explains them."""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from fcsr.errors import FcsrError
from fcsr.metrics import dists_network, lpips_network
from fcsr.metrics.consistency import lr_psnr
from fcsr.metrics.full_reference import Channel, artifact_rate, psnr, ssim
from fcsr.metrics.lattice import lattice
from fcsr.metrics.perceptual import LPIPS_RANGES, dists, lpips

DEFAULT_METRICS = ("psnr", "lpips", "lpips_01", "lpips_255", "artifacts")
"""What `fcsr.evaluate` measures unless it is told otherwise."""


class Comparison(NamedTuple):
    """What a metric may look at: RGB in [0, 1], (3, H, W) or (1, 3, H, W)."""

    sr: Tensor
    hr: Tensor  # of SR's size
    lr: Tensor  # that SR was made of
    scale: float
    channel: Channel  # of PSNR and SSIM
    shave: int  # border pixels that PSNR and SSIM leave out


class Column(NamedTuple):
    """How the numbers of a column are compared and printed."""

    better: int  # 1 if higher is, -1 if lower is
    digits: int  # after the point


class Metric(NamedTuple):
    """How one metric is measured."""

    measure: Callable[[Comparison], tuple[float, ...]]  # a number for each column
    columns: dict[str, Column]
    explanation: str  # a sentence; {region} is what the protocol prescribes
    network: Callable[[torch.device], nn.Module] | None = None  # what it needs beside fcsr


def _lpips(name: str) -> Metric:
    return Metric(
        lambda of: (lpips(of.sr, of.hr, LPIPS_RANGES[name]),),
        {name: Column(-1, 4)},
        "",  # one sentence explains all input ranges
        functools.partial(lpips_network.network, "alex"),
    )


METRICS = {
    "psnr": Metric(
        lambda of: (psnr(of.sr, of.hr, of.channel, of.shave),),
        {"psnr": Column(1, 2)},
        "PSNR in dB: {region}.",
    ),
    "ssim": Metric(
        lambda of: (ssim(of.sr, of.hr, of.channel, of.shave),),
        {"ssim": Column(1, 4)},
        "SSIM: {region}.",
    ),
    **{name: _lpips(name) for name in LPIPS_RANGES},
    "lpips_vgg": Metric(
        lambda of: (lpips(of.sr, of.hr, net="vgg"),),
        {"lpips_vgg": Column(-1, 4)},
        "lpips_vgg: LPIPS with VGG16, v0.1, whole images in [-1, 1].",
        functools.partial(lpips_network.network, "vgg"),
    ),
    "dists": Metric(
        lambda of: (dists(of.sr, of.hr),),
        {"dists": Column(-1, 4)},
        "DISTS: whole images, not resized.",
        dists_network.network,
    ),
    "lr_psnr": Metric(
        lambda of: (lr_psnr(of.sr, of.lr),),
        {"lr_psnr": Column(1, 2)},
        "lr_psnr: PSNR in dB, RGB, of SR reduced by MATLAB's bicubic against LR; 45 and more "
        "counts as consistent.",
    ),
    "lattice": Metric(
        lambda of: (lattice(of.sr, of.scale),),
        {"lattice": Column(-1, 1)},
        "lattice: by how many dB the raster of LR's pixels stands out of the luma's spectrum; "
        "about 0 if it does not.",
    ),
    "artifacts": Metric(
        lambda of: artifact_rate(of.sr, of.hr)[:2],
        {"black": Column(-1, 1), "bright": Column(-1, 1)},
        "Artifacts (black, bright): pixels per thousand whose luma is 16 levels below or above "
        "all of HR within 2 pixels.",
    ),
}
"""All metrics by name. Each has one column of its own name, but artifacts: black and bright."""


def columns(names: Iterable[str]) -> tuple[str, ...]:
    """The columns of a table of these metrics.

    Raises:
        FcsrError: a name that is not one of `METRICS`.

    Example:
        >>> import fcsr
        >>> fcsr.metrics.columns(["psnr", "artifacts"])
        ('psnr', 'black', 'bright')
    """
    return tuple(column for metric in chosen(names) for column in metric.columns)


def prepare(names: Iterable[str]) -> None:
    """Load the networks that these metrics need, so that nothing is found missing later.

    Raises:
        FcsrError: a name that is not one of `METRICS`, or a package that is not installed; the
            message has the command that installs it.

    Example:
        >>> import fcsr
        >>> fcsr.metrics.prepare(["psnr", "lpips"])
    """
    for metric in chosen(names):
        if metric.network:
            metric.network(torch.device("cpu"))


def better(column: str) -> int:
    """1 if a higher number in the column is better, -1 if a lower one is.

    Raises:
        FcsrError: a column that no metric has.

    Example:
        >>> import fcsr
        >>> fcsr.metrics.better("psnr"), fcsr.metrics.better("lpips")
        (1, -1)
    """
    return _column(column).better


def digits(column: str) -> int:
    """How many digits after the point a number in the column is printed with.

    Raises:
        FcsrError: a column that no metric has.

    Example:
        >>> import fcsr
        >>> f"{0.28341:.{fcsr.metrics.digits('lpips')}f}"
        '0.2834'
    """
    return _column(column).digits


def chosen(names: Iterable[str]) -> list[Metric]:
    """The metrics of these names; raises FcsrError for another name."""
    names = list(names)
    if unknown := [name for name in names if name not in METRICS]:
        raise FcsrError(f'there is no metric "{unknown[0]}"; choose from {", ".join(METRICS)}')
    return [METRICS[name] for name in names]


def explain(names: Sequence[str], region: str) -> str:
    """A sentence for each of these metrics, in their order; `region` is the protocol's."""
    sentences = [
        _explain_lpips(names) if name in LPIPS_RANGES else metric.explanation.format(region=region)
        for name, metric in zip(names, chosen(names), strict=True)
    ]
    return " ".join(dict.fromkeys(sentences))


def _explain_lpips(names: Sequence[str]) -> str:
    """One sentence for all input ranges that are measured."""
    sentence = "LPIPS: AlexNet v0.1, whole images"
    if "lpips" in names:
        sentence += " in [-1, 1], as it asks for"
    if others := [name for name in LPIPS_RANGES if name in names and name != "lpips"]:
        ranges = (f"[{low:g}, {high:g}]" for low, high in (LPIPS_RANGES[name] for name in others))
        feed = "feed" if len(others) > 1 else "feeds"
        sentence += f"; {' and '.join(others)} {feed} it {' and '.join(ranges)}"
    return sentence + "."


def _column(name: str) -> Column:
    known = {column: how for metric in METRICS.values() for column, how in metric.columns.items()}
    if name not in known:
        raise FcsrError(f'no metric has a column "{name}"; there are {", ".join(known)}')
    return known[name]


MEASURES = columns(DEFAULT_METRICS)
"""The columns of `DEFAULT_METRICS`."""
