"""How SR is compared with HR: the two conventions of the field, and all numbers of a comparison.

A number means little without its protocol, so every printed number comes with one: explained in a
sentence over a table (`explain`), and in short in each of its rows (`brief`).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.metrics import full_reference, measures
from fcsr.metrics.full_reference import Channel
from fcsr.metrics.measures import DEFAULT_METRICS

CHANNELS = {"y": "Y of BT.601 (16-235)", "rgb": "RGB"}


@dataclass(frozen=True)
class Protocol:
    """How PSNR and SSIM are measured. Images are rounded to 8 bits first, for every measure.

    All other metrics are of the whole images, whatever the protocol.

    Args:
        channel: of PSNR and SSIM: "y", the luma alone, or "rgb", all three colours.
        beyond: how many more border pixels than `scale` are shaved.

    Raises:
        FcsrError: another channel, or a negative `beyond`.

    Example:
        >>> import fcsr
        >>> fcsr.metrics.Protocol("rgb", beyond=6).brief(scale=4)
        'rgb, shave 10'
    """

    channel: Channel
    beyond: int

    def __post_init__(self):
        if self.channel not in CHANNELS or self.beyond < 0:
            raise FcsrError(f"{self} is no protocol: channel is y or rgb, beyond 0 or more pixels")

    def shave(self, scale: float) -> int:
        """How many border pixels PSNR and SSIM leave out; a scale of 2.5 counts as 3."""
        return math.ceil(scale) + self.beyond

    def psnr(
        self, sr: Float[Tensor, "... 3 h w"], hr: Float[Tensor, "... 3 h w"], scale: float
    ) -> float:
        """PSNR in dB of two images in [0, 1]; raises as `metrics.psnr` does."""
        return full_reference.psnr(sr, hr, self.channel, self.shave(scale))

    def measure(
        self,
        sr: Float[Tensor, "... 3 h w"],
        hr: Float[Tensor, "... 3 h w"],
        lr: Float[Tensor, "... 3 _ _"],
        scale: float,
        metrics: Iterable[str] = DEFAULT_METRICS,
    ) -> dict[str, float]:
        """The numbers of some of `METRICS`, by column; raises as the metrics do.

        Args:
            sr, hr: images of one size, RGB in [0, 1].
            lr: what SR was made of, RGB in [0, 1].
            scale: how many times larger SR is than LR, each way.
            metrics: their names.
        """
        images = measures.Comparison(sr, hr, lr, scale, self.channel, self.shave(scale))
        found: dict[str, float] = {}
        for metric in measures.chosen(metrics):
            found |= zip(metric.columns, metric.measure(images), strict=True)
        return found

    def brief(self, scale: float) -> str:
        """The protocol for a row of a table: `y, shave 4`."""
        return f"{self.channel}, shave {self.shave(scale)}"

    def explain(self, metrics: Iterable[str] = DEFAULT_METRICS) -> str:
        """How the numbers of these metrics were made, for the reader of a table, in sentences."""
        shaved = f"`scale` + {self.beyond}" if self.beyond else "`scale`"
        region = f"{CHANNELS[self.channel]}, {shaved} border pixels shaved"
        return f"{measures.explain(list(metrics), region)} Of 8-bit images; means of images."


BENCHMARK = Protocol("y", beyond=0)
"""Set5, Set14, B100, Urban100: as EDSR, LIIF, LTE and the paper do."""

DIV2K = Protocol("rgb", beyond=6)
"""DIV2K's validation photographs: as LIIF, LTE and the paper do."""


def protocol_of(dataset: str) -> Protocol:
    """The convention of a set: `DIV2K` for DIV2K, `BENCHMARK` for any other set or folder.

    Example:
        >>> import fcsr
        >>> fcsr.metrics.protocol_of("Set5").brief(scale=4)
        'y, shave 4'
    """
    return DIV2K if dataset == "DIV2K" else BENCHMARK
