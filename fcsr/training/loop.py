"""Training, from the first crop to the last checkpoint, to be read from top to bottom."""

import copy
import math
import time
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import gather_object
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn
from tqdm.auto import tqdm

from fcsr import data, models
from fcsr.errors import TrainingError
from fcsr.models import ContinuousModel
from fcsr.training import state
from fcsr.training.accelerator import can_use_cuda_graphs, make_accelerator, with_cuda_graphs
from fcsr.training.crops import Crops
from fcsr.training.objective import batch_loss, inputs, make_objective
from fcsr.training.recipe import Recipe

LOG_EVERY = 10  # steps; to look at the losses makes the device and Python wait for each other


def train(
    model: ContinuousModel,
    recipe: Recipe,
    out: str | Path,
    minutes: float = math.inf,
    progress: bool = True,
) -> ContinuousModel | None:
    """Train `model` in place and write `out/model.safetensors`.

    The whole state goes to `out` every `recipe.eval_every` steps; if it is there, training goes on
    from it. On a CPU it then ends with the same weights, bit for bit, as if it had never
    stopped. Started by `torchrun`, `accelerate launch` or `accelerate.notebook_launcher`, the
    processes train together, and one of them writes. What is kept are moving averages of the
    weights.

    Args:
        minutes: how long this call may take; then it saves the state and returns None.
        progress: show a bar, and a line at each checkpoint.

    Raises:
        FcsrError: there are more processes than GPUs.
        TrainingError: what is in `out` was left by another model or recipe, from other
            photographs or by another number of processes, or not all processes see it; the
            loss is not a number any more; or the state cannot be written.
        CheckpointError: the state in `out` is damaged.
        ImageError: a photograph cannot be read or is smaller than a crop.
    """
    if math.isnan(minutes):
        raise TrainingError("minutes is nan; give a number, or leave it out")
    out, deadline = Path(out), time.monotonic() + 60 * minutes
    AcceleratorState._reset_state()  # else one process could not train at two precisions
    accelerator = make_accelerator(recipe)
    is_main_process = accelerator.is_main_process
    paths = data.photographs(recipe.photographs)
    facts = state.identity(model, recipe, paths, accelerator.num_processes)
    tensors, history = state.resume(out, facts)
    start = check_same_start(history[-1]["step"] if history else 0, out)
    crops, held_out = make_crops(
        recipe, paths, model.max_scale, accelerator, is_main_process and progress
    )

    model.to(accelerator.device)
    model.encoder.to(memory_format=torch.channels_last)
    weights = list(model.parameters())
    optimizer = torch.optim.Adam(weights, fused=True)
    objective = make_objective(model, recipe)
    net, optimizer = accelerator.prepare(objective, optimizer)
    average = copy.deepcopy(model).requires_grad_(False)  # now that all processes' weights agree
    averages = list(average.parameters())
    if can_use_cuda_graphs(recipe, accelerator):
        net = with_cuda_graphs(net, inputs(objective, crops[0]))
    training = state.TrainingState(model, average, optimizer)
    if history:
        training.restore(tensors)
    if is_main_process:
        state.check(out)

    recent = []
    with tqdm(
        initial=start,
        total=recipe.steps,
        desc="training",
        disable=not (is_main_process and progress),
    ) as bar:
        for step in range(start, recipe.steps):
            for group in optimizer.param_groups:
                group["lr"] = recipe.lr_at(step)

            loss = batch_loss(net, objective, crops[step])
            accelerator.backward(loss)
            norm = accelerator.clip_grad_norm_(weights, recipe.max_grad_norm)
            optimizer.step()
            optimizer.zero_grad()
            update_ema(averages, weights, step, recipe.ema_decay)
            recent.append(torch.stack((loss.detach(), norm)))
            bar.update()

            last, due = step + 1 == recipe.steps, (step + 1) % recipe.eval_every == 0
            if not (last or due or (step + 1) % LOG_EVERY == 0):
                continue
            losses = gather_losses(recent, step, accelerator, recipe, out)
            bar.set_postfix(loss=f"{losses[-1]:.4f}", rate=f"{recipe.lr_at(step):.1e}")
            late = any_process(time.monotonic() > deadline, accelerator)
            if not (last or due or late):
                continue
            if is_main_process:
                row = {"step": step + 1, "loss": sum(losses) / len(losses)}
                history.append(row | validate(average, recipe, held_out, accelerator))
                if progress:
                    bar.write("  ".join(f"{key} {value:.5g}" for key, value in history[-1].items()))
                state.save(out, training.tensors(), facts | {"history": history})
            recent.clear()
            if late and not last:
                return None

    model.load_state_dict(average.state_dict())
    if is_main_process:
        with state.disk_errors(out, "the model"):
            models.save(model, out / "model.safetensors", recipe=asdict(recipe), history=history)
    accelerator.wait_for_everyone()
    return model.eval()


def check_same_start(start: int, out: Path) -> int:
    """The step to go on from, once all processes have found it in `out`."""
    starts = gather_object([start])
    if len(set(starts)) > 1:
        raise TrainingError(
            f"the processes would go on from the steps {starts}: {out} must be one folder that all "
            "of them see, on whatever machine"
        )
    return start


def make_crops(
    recipe: Recipe,
    paths: list[Path],
    max_scale: float,
    accelerator: Accelerator,
    progress: bool = True,
) -> tuple[Crops, Crops]:
    """This process's crops to train on, and crops of the photographs held out."""
    if len(paths) <= recipe.val_images:
        raise TrainingError(
            f"{recipe.photographs} holds {len(paths)} photographs, and {recipe.val_images} are for "
            "validation: give more photographs, or a smaller val_images"
        )
    photographs = data.load_photographs(paths, accelerator.device, progress)
    sizes = (recipe.batch, recipe.lr_size, recipe.queries, max_scale, recipe.seed)
    kept, rank = -recipe.val_images, accelerator.process_index
    square = recipe.lpips_weight > 0
    return (
        Crops(photographs[:kept], *sizes, rank, square, paths[:kept]),
        Crops(photographs[kept:], *sizes, square=square, paths=paths[kept:]),
    )


def update_ema(averages: list[Tensor], weights: list[Tensor], step: int, decay: float) -> None:
    """Move the averages towards the weights: fast at first, when these have far to go."""
    update = get_ema_multi_avg_fn(min(decay, (1 + step) / (10 + step)))
    update(averages, weights, step + 1)


def gather_losses(
    recent: list[Tensor], step: int, accelerator: Accelerator, recipe: Recipe, out: Path
) -> list[float]:
    """The recent losses, means over all processes, the last one that of `step`."""
    losses, norms = accelerator.reduce(torch.stack(recent), "mean").T.tolist()
    for number, pair in enumerate(zip(losses, norms, strict=True), step + 1 - len(recent)):
        if not all(map(math.isfinite, pair)):
            raise TrainingError(
                f"the loss of step {number} is {pair[0]} and its gradient {pair[1]} (batch "
                f"{number} of seed {recipe.seed}); what {out} holds stays: train into another "
                f"folder, with a rate below {recipe.lr}"
            )
    return losses


def any_process(condition: bool, accelerator: Accelerator) -> bool:
    """Whether it holds in any process, so that all do the same."""
    votes = torch.tensor(float(condition), device=accelerator.device)
    return accelerator.reduce(votes, "sum").item() > 0


@torch.no_grad()
def validate(
    model: ContinuousModel, recipe: Recipe, held_out: Crops, accelerator: Accelerator
) -> dict[str, float]:
    """Loss and PSNR (dB, RGB) on four fixed batches that training never sees."""
    objective, losses, squares = make_objective(model, recipe), [], []
    for batch in (held_out[number] for number in range(4)):
        given = inputs(objective, batch)
        with accelerator.autocast():
            loss, rgb = objective.loss_and_rgb(*given)
        losses.append(loss.item())
        squares.append(F.mse_loss(rgb.float(), batch.pick(batch.hr)).item())
    psnr = -10 * math.log10(max(sum(squares) / len(squares), 1e-10))
    return {"val_loss": sum(losses) / len(losses), "val_psnr": psnr}
