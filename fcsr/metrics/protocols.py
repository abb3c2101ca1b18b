"""How SR is compared with HR: the two conventions of the field, and all numbers of a comparison.

A number means little without its protocol, so a protocol travels with every number that is
printed: as a sentence (`explain`) over tables, in short (`brief`) in each of their rows.
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
"""What `measure` gives: dB, three times LPIPS, and artifacts per thousand pixels."""


@dataclass(frozen=True)
class Protocol:
    """What of two images enters PSNR. Both are rounded to 8 bits first, for every measure.

    LPIPS and artifacts are of the whole images, whatever the protocol.
    """

    channel: Channel  # of PSNR: the luma alone, or all three colours
    beyond: int  # border pixels that are shaved beyond `scale`, which are shaved always

    def __post_init__(self):
        if self.channel not in CHANNELS or self.beyond < 0:
            raise FcsrError(f"{self} is no protocol: channel is y or rgb, beyond 0 or more pixels")

    def shave(self, scale: float) -> int:
        """How many border pixels are left out of PSNR; a scale of 2.5 counts as 3."""
        return math.ceil(scale) + self.beyond

    def psnr(
        self, sr: Float[Tensor, "... 3 h w"], hr: Float[Tensor, "... 3 h w"], scale: float
    ) -> float:
        """PSNR in dB of two images in [0, 1]; takes and refuses what `metrics.psnr` does."""
        return full_reference.psnr(sr, hr, self.channel, self.shave(scale))

    def measure(
        self, sr: Float[Tensor, "... 3 h w"], hr: Float[Tensor, "... 3 h w"], scale: float
    ) -> dict[str, float]:
        """All of `MEASURES`, of two images in [0, 1]."""
        black, bright, _ = full_reference.artifact_rate(sr, hr)
        lpips = {name: full_reference.lpips(sr, hr, range) for name, range in LPIPS_RANGES.items()}
        return {"psnr": self.psnr(sr, hr, scale), **lpips, "black": black, "bright": bright}

    def brief(self, scale: float) -> str:
        """For a row of a table: `y, shave 4`."""
        return f"{self.channel}, shave {self.shave(scale)}"

    def explain(self) -> str:
        """For the reader of a table."""
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
    """The convention of a set; that of the benchmark sets for a folder of one's own."""
    return DIV2K if dataset == "DIV2K" else BENCHMARK
