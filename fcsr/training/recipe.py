"""What training does, beside the model: a recipe of plain numbers."""

import hashlib
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from fcsr.errors import TrainingError
from fcsr.metrics import LPIPS_SMALLEST
from fcsr.models import ContinuousModel


@dataclass(frozen=True)
class Recipe:
    """The defaults suit a laptop.

    Several processes take `batch` crops each, so that a step is of `batch` times their number;
    the crops and the losses are those of one process with a batch that large. The rate stays as
    it is given: for n processes, sqrt(n) times as much is a good start with Adam.
    """

    photographs: str | Path  # folder of training photographs, or BSDS400 or DIV2K
    steps: int = 4000  # a compact LTE takes about half an hour on two cores
    batch: int = 8  # crops a step, in each process
    lr_size: int = 48  # side of the low-resolution crops, as in LIIF and LTE
    queries: int = 2304  # pixels asked for in each crop: 48 x 48, as in LIIF and LTE
    rate: float = 5e-4  # Adam's rate at its peak; it falls to 0 along a cosine
    warmup: int = 100  # steps of linear rise to the peak: Adam's first moments are noisy
    perceptual: float = 0.0  # weight of LPIPS beside the model's loss; queries are a square then
    fidelity: float = 0.0  # what a dB of PSNR is worth, beside LPIPS
    clip: float = 1.0  # largest norm of a step's gradient
    average: float = 0.999  # decay of the moving average of the weights, which is what is kept
    precision: str = "no"  # "bf16": bfloat16 autocast, 1.5 to 2 times faster where supported
    compile: bool = False  # torch.compile: a wait, then faster steps, on a GPU by far
    seed: int = 0  # of crops, scales and queries
    held_out: int = 8  # photographs, last by name, that are kept for validation
    every: int = 250  # steps between validations, each followed by a checkpoint

    def __post_init__(self):
        object.__setattr__(self, "photographs", str(self.photographs))  # as JSON has it
        if self.precision not in ("no", "bf16"):
            raise TrainingError(f'recipe: precision is "{self.precision}"; give "no" or "bf16"')
        for name in ("steps", "batch", "lr_size", "queries", "rate", "clip", "held_out", "every"):
            if not 0 < getattr(self, name) < math.inf:
                raise TrainingError(
                    f"recipe: {name} is {getattr(self, name)}; give a finite one above 0"
                )
        if not 0 <= self.seed < 2**63:
            raise TrainingError(f"recipe: seed is {self.seed}; give 0 to 2^63 - 1")
        for name in ("perceptual", "fidelity"):
            if not 0 <= getattr(self, name) < math.inf:
                raise TrainingError(f"recipe: {name} is {getattr(self, name)}; give 0 or above")
        if self.fidelity and not self.perceptual:
            raise TrainingError(
                f"recipe: fidelity is {self.fidelity}, and holds back an LPIPS that has no weight: "
                "give perceptual, too, or leave it out"
            )
        if self.perceptual and math.isqrt(self.queries) ** 2 != self.queries:
            raise TrainingError(
                f"recipe: queries is {self.queries}; with LPIPS they are a square of pixels: give "
                "a square number, e.g. 9216 for 96 x 96"
            )
        if self.perceptual and self.queries < LPIPS_SMALLEST**2:
            raise TrainingError(
                f"recipe: queries is {self.queries}; LPIPS needs {LPIPS_SMALLEST} x "
                f"{LPIPS_SMALLEST} pixels, or more"
            )
        if not 0 <= self.average < 1:
            raise TrainingError(f"recipe: average is {self.average}; give 0 (none) to below 1")

    def rate_at(self, step: int) -> float:
        """The rate of a step: linear warm-up, then half a cosine down to 0."""
        rise = min(1.0, (step + 1) / max(1, self.warmup))
        return self.rate * rise * 0.5 * (1 + math.cos(math.pi * step / self.steps))


def describe(model: ContinuousModel, recipe: Recipe, paths: list[Path], processes: int) -> dict:
    """What a training must have in common with the one that it goes on with."""
    names = [path.name for path in paths]
    digest = hashlib.sha256("\n".join(names).encode(errors="surrogateescape")).hexdigest()
    return {
        "config": model.config,
        "recipe": asdict(recipe),
        "processes": processes,
        "photograph_names": f"{len(names)}, hash {digest[:8]}",
    }
