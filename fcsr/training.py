"""Training, from the first crop to the last checkpoint, to be read from top to bottom."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from jaxtyping import Float
from torch import Tensor, nn
from tqdm.auto import tqdm

from fcsr import checkpoints, data
from fcsr.continuous import ContinuousModel
from fcsr.crops import Batch, Crops
from fcsr.errors import TrainingError

STATE = "state.safetensors"


@dataclass(frozen=True)
class Recipe:
    """What training does, beside the model; the defaults suit a laptop."""

    photographs: str  # folder of training photographs
    steps: int = 4000  # a compact LTE takes about half an hour on two cores
    batch: int = 8  # crops a step
    lr_size: int = 48  # side of the low-resolution crops, as in LIIF and LTE
    queries: int = 2304  # pixels asked for in each crop: 48 x 48, as in LIIF and LTE
    rate: float = 5e-4  # Adam's rate at its peak; it falls to 0 along a cosine
    warmup: int = 100  # steps of linear rise to the peak: Adam's first moments are noisy
    clip: float = 1.0  # largest norm of a step's gradient
    precision: str = "no"  # "bf16": bfloat16 autocast, 1.5 to 2 times faster where supported
    seed: int = 0  # of crops, scales and queries
    held_out: int = 8  # photographs, last by name, that are kept for validation
    every: int = 250  # steps between validations, each followed by a checkpoint

    def __post_init__(self):
        for name in ("steps", "batch", "lr_size", "queries", "rate", "clip", "held_out", "every"):
            if not getattr(self, name) > 0:
                raise TrainingError(f"recipe: {name} is {getattr(self, name)}; it must be above 0")

    def rate_at(self, step: int) -> float:
        """The rate of a step: linear warm-up, then half a cosine down to 0."""
        rise = min(1.0, (step + 1) / max(1, self.warmup))
        return self.rate * rise * 0.5 * (1 + math.cos(math.pi * step / self.steps))


def train(model: ContinuousModel, recipe: Recipe, out: str | Path) -> ContinuousModel:
    """Train `model` in place and write `out/model.safetensors`.

    The whole state goes to `out/state.safetensors` every `recipe.every` steps; if it is there,
    training goes on from it. On a CPU it then ends with the same weights, bit for bit, as if it
    had never stopped.

    Raises:
        TrainingError: another model or recipe left its state in `out`, or the loss is not a
            number any more.
        ImageError: a photograph cannot be read or is smaller than a crop.
    """
    out = Path(out)
    state, history = _read_state(model, recipe, out)
    on_gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
    accelerator = Accelerator(cpu=not on_gpu, mixed_precision=recipe.precision)
    crops, held_out = make_crops(recipe, model.max_scale, accelerator.device)

    model.encoder.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters())
    net, optimizer = accelerator.prepare(model, optimizer)
    start = _restore(model, optimizer, state, history)

    net.train()
    recent = []
    progress = tqdm(range(start, recipe.steps), initial=start, total=recipe.steps, desc="training")
    for step in progress:
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate_at(step)

        loss = batch_loss(net, model, crops[step])
        if not loss.isfinite():
            raise TrainingError(
                f"the loss of step {step} is {loss.item()} (batch {step} of seed {recipe.seed}); "
                f"{out} keeps the last checkpoint; go on with a rate below {recipe.rate}"
            )
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        optimizer.zero_grad()

        recent.append(loss.item())
        progress.set_postfix(loss=f"{recent[-1]:.4f}", rate=f"{recipe.rate_at(step):.1e}")
        if (step + 1) % recipe.every == 0 or step + 1 == recipe.steps:
            row = {"step": step + 1, "loss": sum(recent) / len(recent)}
            history.append(row | validate(net, model, held_out))
            recent.clear()
            progress.write("  ".join(f"{key} {value:.5g}" for key, value in history[-1].items()))
            _save_state(model, optimizer, recipe, history, out)

    model = accelerator.unwrap_model(net, keep_fp32_wrapper=False)
    checkpoints.save(model, out / "model.safetensors", recipe=asdict(recipe), history=history)
    return model.eval()


def make_crops(recipe: Recipe, max_scale: float, device: torch.device) -> tuple[Crops, Crops]:
    """Crops to train on, and crops of the photographs held out."""
    paths = data.photographs(recipe.photographs)
    if len(paths) <= recipe.held_out:
        raise TrainingError(
            f"{recipe.photographs} holds {len(paths)} photographs, and {recipe.held_out} are to be "
            "held out for validation: give more photographs, or a smaller held_out"
        )
    photographs = data.load_photographs(paths, device)
    sizes = (recipe.batch, recipe.lr_size, recipe.queries, max_scale, recipe.seed)
    kept = -recipe.held_out
    return Crops(photographs[:kept], *sizes), Crops(photographs[kept:], *sizes)


def batch_loss(net: nn.Module, model: ContinuousModel, batch: Batch) -> Float[Tensor, ""]:
    """The model's own loss on one batch; `net` is the model as accelerate wrapped it."""
    outputs = net(batch.lr, batch.coord, batch.cell)
    return model.loss(outputs, *(batch.pick(target) for target in model.targets(batch.hr)))


@torch.no_grad()
def validate(net: nn.Module, model: ContinuousModel, held_out: Crops) -> dict[str, float]:
    """Loss and PSNR (dB, RGB) on four fixed batches that training never sees."""
    net.eval()
    losses, squares = [], []
    for batch in (held_out[number] for number in range(4)):
        losses.append(batch_loss(net, model, batch).item())
        rgb = model.read(net(batch.lr, batch.coord, batch.cell))
        squares.append(F.mse_loss(rgb, batch.pick(batch.hr)).item())
    net.train()
    psnr = -10 * math.log10(max(sum(squares) / len(squares), 1e-10))
    return {"val_loss": sum(losses) / len(losses), "val_psnr": psnr}


def _save_state(
    model: ContinuousModel, optimizer: torch.optim.Optimizer, recipe: Recipe, history, out: Path
) -> None:
    moments = optimizer.state_dict()["state"]
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()} | {
        f"optimizer.{number}.{name}": tensor
        for number, entry in moments.items()
        for name, tensor in entry.items()
    }
    metadata = {"config": model.config, "recipe": asdict(recipe), "history": history}
    checkpoints.write(out / STATE, tensors, metadata)


def _read_state(
    model: ContinuousModel, recipe: Recipe, out: Path
) -> tuple[dict[str, Tensor], list[dict]]:
    """What `_save_state` left in `out`, if it belongs to this model and recipe."""
    if not (out / STATE).exists():
        return {}, []
    state, metadata = checkpoints.read(out / STATE)
    wanted = model.config | asdict(recipe)
    found = metadata["config"] | metadata["recipe"]
    changed = [
        f"{name} was {found.get(name)} and is {wanted.get(name)}"
        for name in sorted(wanted.keys() | found.keys())
        if json.dumps(found.get(name)) != json.dumps(wanted.get(name))
    ]
    if changed:
        raise TrainingError(
            f"{out} holds a training that began otherwise: {'; '.join(changed)}. "
            "Go on with the old settings, or train into another folder"
        )
    return state, metadata["history"]


def _restore(model: ContinuousModel, optimizer, state: dict[str, Tensor], history) -> int:
    """Put a state back in place; returns the step to go on with."""
    if not history:
        return 0
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in state.items():
        if name.startswith("optimizer."):
            _, number, key = name.split(".")
            moments.setdefault(int(number), {})[key] = tensor
    prefix = "model."
    model.load_state_dict(
        {name.removeprefix(prefix): t for name, t in state.items() if name.startswith(prefix)}
    )
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    return history[-1]["step"]
