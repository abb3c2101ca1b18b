"""How SR is compared with HR: the two conventions of the field, and all numbers of a comparison.

A number means little without its protocol, so every printed number comes with one: explained in a
sentence over a table (`explain`), and in short in each of its rows (`brief`).
"""

import math
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.metrics import full_reference
from fcsr.metrics.full_reference import LPIPS_RANGES, Channel

CHANNELS = {"y": "Y of BT.601 (16-235)", "rgb": "RGB"}
MEASURES = ("psnr", *LPIPS_RANGES, "black", "bright")
"""What `Protocol.measure` gives: dB, LPIPS in three input ranges, artifacts per 1000 pixels."""


@dataclass(frozen=True)
class Protocol:
    """How PSNR is measured. Both images are rounded to 8 bits first, for every measure.

    LPIPS and artifacts are of the whole images, whatever the protocol.

    Args:
        channel: of PSNR: "y", the luma alone, or "rgb", all three colours.
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
        """How many border pixels PSNR leaves out; a scale of 2.5 counts as 3."""
        return math.ceil(scale) + self.beyond

    def psnr(
        self, sr: Float[Tensor, "... 3 h w"], hr: Float[Tensor, "... 3 h w"], scale: float
    ) -> float:
        """PSNR in dB of two images in [0, 1]; raises as `metrics.psnr` does."""
        return full_reference.psnr(sr, hr, self.channel, self.shave(scale))

    def measure(
        self, sr: Float[Tensor, "... 3 h w"], hr: Float[Tensor, "... 3 h w"], scale: float
    ) -> dict[str, float]:
        """All of `MEASURES` of two images in [0, 1]; raises as the metrics do."""
        black, bright, _ = full_reference.artifact_rate(sr, hr)
        lpips = {name: full_reference.lpips(sr, hr, range) for name, range in LPIPS_RANGES.items()}
        return {"psnr": self.psnr(sr, hr, scale), **lpips, "black": black, "bright": bright}

    def brief(self, scale: float) -> str:
        """The protocol for a row of a table: `y, shave 4`."""
        return f"{self.channel}, shave {self.shave(scale)}"

    def explain(self) -> str:
        """The protocol for the reader of a table, in sentences."""
        shaved = f"`scale` + {self.beyond}" if self.beyond else "`scale`"
        return (
            f"PSNR in dB: {CHANNELS[self.channel]}, {shaved} border pixels shaved. LPIPS: AlexNet "
            "v0.1, whole images in [-1, 1], as it asks for; lpips_01 and lpips_255 feed it [0, 1] "
            "and [0, 255]. Artifacts (black, bright): pixels per thousand whose luma is 16 levels "
            "below or above all of HR within 2 pixels. Of 8-bit images; means of images."
        )


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
