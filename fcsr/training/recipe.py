"""What training does, beside the model: a recipe of plain numbers.

Nothing here imports PyTorch, so that the command line can list the options of `fcsr train` at once.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from fcsr.errors import TrainingError
from fcsr.utils.html import table
from fcsr.utils.numbers import as_real, as_whole

HELD_BACK_BY = ("psnr_weight", "lr_psnr_weight", "lattice_weight")  # what LPIPS is

MOST_VALIDATIONS = 10_000
"""Each is a row of the history, which has to fit into the header of the model's file."""


@dataclass(frozen=True)
class Recipe:
    """How a model is trained; the defaults suit a laptop.

    Several processes take `batch` crops each, so that a step is of `batch` times their number;
    the crops and the losses are those of one process with a batch that large. The learning rate
    stays as it is given: for n processes, sqrt(n) times as much is a good start with Adam.

    Raises:
        TrainingError: a value that no training can have.

    Example:
        >>> import fcsr
        >>> recipe = fcsr.Recipe("photographs", steps=1000, warmup=100)
        >>> [round(recipe.lr_at(step), 6) for step in (0, 500, 1000)]
        [5e-06, 0.00025, 0.0]
    """

    photographs: Annotated[str | Path, "Folder of training photographs, or BSDS400 or DIV2K."]
    steps: Annotated[int, "Optimizer steps; 4000 of a compact LTE take 30 min on two cores."] = 4000
    batch: Annotated[int, "Crops a step, in each process."] = 8
    lr_size: Annotated[int, "Side of the low-resolution crops in pixels; 48 in LIIF and LTE."] = 48
    queries: Annotated[int, "HR pixels queried in each crop; 48 x 48 in LIIF and LTE."] = 2304
    lr: Annotated[float, "Adam's learning rate at its peak; it falls to 0 along a cosine."] = 5e-4
    warmup: Annotated[int, "Steps over which the learning rate rises to its peak."] = 100
    lpips_weight: Annotated[
        float,
        "Weight of LPIPS, the mean of AlexNet's and VGG16's, beside the model's loss; queries "
        "then form a square.",
    ] = 0.0
    psnr_weight: Annotated[float, "Weight of a dB of PSNR, beside LPIPS."] = 0.0
    lr_psnr_weight: Annotated[
        float, "Weight of a dB of PSNR of SR and HR once both are reduced, beside LPIPS."
    ] = 0.0
    lattice_weight: Annotated[
        float, "Weight of a nat by which LR's raster stands out of SR's spectrum, beside LPIPS."
    ] = 0.0
    max_grad_norm: Annotated[
        float, "Largest L2 norm of a step's gradient; larger ones are scaled down to it."
    ] = 1.0
    ema_decay: Annotated[
        float, "Decay a step of the weights' moving average, which is what is kept; 0: none."
    ] = 0.999
    mixed_precision: Annotated[
        str, "no, or bf16 for bfloat16 autocast: 1.5 to 2 times as fast where supported."
    ] = "no"
    compile: Annotated[bool, "Use torch.compile: 10 to 60 s of waiting, then faster steps."] = False
    seed: Annotated[int, "Of crops, scales and queries; in `fcsr train` also of fresh weights."] = 0
    val_images: Annotated[
        int, "Photographs, last by name, that are kept for validation; the folder must hold more."
    ] = 8
    eval_every: Annotated[int, "Steps between validations, each followed by a checkpoint."] = 250

    def __post_init__(self):
        object.__setattr__(self, "photographs", str(self.photographs))  # as JSON has it
        for name in ("steps", "batch", "lr_size", "queries", "val_images", "eval_every"):
            self._require_whole(name, 1, "a whole number above 0")
        self._require_whole("warmup", 0, "a whole number, 0 or above")
        self._require_whole("seed", 0, "a whole number, 0 to 2^63 - 1")
        for name in ("lr", "max_grad_norm"):
            self._require_real(name, lambda value: 0 < value < math.inf, "a finite number above 0")
        for name in ("lpips_weight", *HELD_BACK_BY):
            self._require_real(name, lambda value: 0 <= value < math.inf, "0 or above")
        self._require_real("ema_decay", lambda value: 0 <= value < 1, "0 (none) to below 1")
        least = -(-self.steps // MOST_VALIDATIONS)
        wanted = f"{least} or more, for at most {MOST_VALIDATIONS:,} validations"
        self._require("eval_every", self.eval_every >= least, wanted)
        self._require("compile", self.compile in (True, False), "True or False")
        object.__setattr__(self, "compile", bool(self.compile))
        self._require("mixed_precision", self.mixed_precision in ("no", "bf16"), '"no" or "bf16"')
        if self.lpips_weight:
            self._require_square()
            return
        for name in HELD_BACK_BY:
            if getattr(self, name):
                raise TrainingError(
                    f"recipe: {name} is {getattr(self, name)}, and holds back an LPIPS that has "
                    "no weight: give lpips_weight, too, or leave it out"
                )

    def lr_at(self, step: int) -> float:
        """The learning rate of a step: linear warm-up, then half a cosine down to 0."""
        rise = min(1.0, (step + 1) / max(1, self.warmup))
        return self.lr * rise * 0.5 * (1 + math.cos(math.pi * step / self.steps))

    def _repr_html_(self) -> str:
        """What notebooks show: all fields and their values."""
        return table("Recipe", asdict(self))

    def _require(self, name: str, holds: bool, wanted: str) -> None:
        if not holds:
            raise TrainingError(f"recipe: {name} is {getattr(self, name)!r}; give {wanted}")

    def _require_whole(self, name: str, least: int, wanted: str) -> None:
        value = as_whole(getattr(self, name))
        self._require(name, value is not None and least <= value < 2**63, wanted)
        object.__setattr__(self, name, value)  # as JSON has it, too

    def _require_real(self, name: str, fits: Callable[[float], bool], wanted: str) -> None:
        value = as_real(getattr(self, name))
        self._require(name, value is not None and fits(value), wanted)
        object.__setattr__(self, name, value)

    def _require_square(self) -> None:
        """LPIPS compares images, so queries must form one, and not too small a one."""
        from fcsr.metrics import LPIPS_MIN_SIDE

        side = math.isqrt(self.queries)
        self._require(
            "queries", side**2 == self.queries, "a square number for LPIPS, e.g. 9216 for 96 x 96"
        )
        least = f"{LPIPS_MIN_SIDE} x {LPIPS_MIN_SIDE} pixels or more, which LPIPS needs"
        self._require("queries", side >= LPIPS_MIN_SIDE, least)
