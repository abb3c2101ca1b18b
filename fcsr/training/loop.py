"""The training loop, to be read from top to bottom."""

import copy
import math
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn

from fcsr import data, models
from fcsr.errors import TrainingError
from fcsr.models import ContinuousModel
from fcsr.training import state
from fcsr.training.accelerator import (
    any_process,
    can_use_cuda_graphs,
    check_same_start,
    make_accelerator,
    with_cuda_graphs,
)
from fcsr.training.crops import Crops, make_crops
from fcsr.training.logs import Logs, check_log_with
from fcsr.training.objective import batch_loss, inputs
from fcsr.training.perceptual import make_objective
from fcsr.training.recipe import Recipe
from fcsr.utils.progress import tqdm

ModelT = TypeVar("ModelT", bound=ContinuousModel)

LOG_EVERY = 10  # steps; fetching the losses makes Python and the device wait for each other


def train(
    model: ModelT,
    recipe: Recipe,
    out: str | Path,
    minutes: float = math.inf,
    progress: bool = True,
    log_with: str | Sequence[str] = (),
) -> ModelT | None:
    """Train `model` in place and write `out/model.safetensors`.

    The whole state is saved in `out` every `recipe.eval_every` steps; if there is one already,
    training resumes from it. On a CPU it then ends with the same weights, bit for bit, as if it had
    never stopped. Started by `torchrun`, `accelerate launch` or `accelerate.notebook_launcher`,
    the processes train together, and one of them writes. The weights that are kept are an
    exponential moving average (EMA).

    A training may be continued with another number of `recipe.steps`, if no more are done. From
    there on the learning rate follows the cosine over the new number, as a line says. The last
    row of the history before that has the old number, under `of_steps`.

    Args:
        model: LTE, CS, FCS, or a class of your own.
        recipe: how to train it.
        out: the folder for the state and the model.
        minutes: how long this call may take; then it saves the state and returns None.
        progress: show a bar, and a line at each checkpoint.
        log_with: `"csv"` for the table `out/log.csv`, `"tensorboard"` for files of TensorBoard in
            `out/tensorboard`, or both. Each checkpoint adds its step, loss and rate, and loss and
            PSNR of the validation. They may change from call to call.

    Returns:
        `model`, trained and in evaluation mode, or None if there was not enough time.

    Raises:
        FcsrError: there are more processes than GPUs, or another process writes to `out`.
        TrainingError: there is no such log, or its package is missing; what is in `out` was left
            by another model or recipe, from photographs with other contents or by another number
            of processes, has more steps than the recipe, or is not seen by all processes; the loss
            is not finite any more; or the state or a log cannot be written.
        CheckpointError: the model could not be saved, or the state in `out` is damaged.
        ImageError: a photograph cannot be read or is smaller than a crop.

    Example:
        >>> import fcsr, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("coffee", "chelsea"):
        ...         photograph = fcsr.images.sample(name).crop((0, 0, 64, 48))
        ...         fcsr.images.save(photograph, f"{folder}/{name}.png")
        ...     recipe = fcsr.Recipe(folder, steps=2, batch=1, lr_size=8, queries=64, val_images=1)
        ...     model = fcsr.train(fcsr.CS.compact(), recipe, f"{folder}/out", progress=False)
        ...     history = fcsr.models.describe(f"{folder}/out/model.safetensors")["history"]
        >>> [row["step"] for row in history], sorted(history[-1])
        ([2], ['loss', 'lr', 'step', 'val_loss', 'val_psnr'])
    """
    if math.isnan(minutes):
        raise TrainingError("minutes is nan; give a number, or leave it out")
    log_with = [log_with] if isinstance(log_with, str) else log_with
    check_log_with(log_with)
    models.check_config(model)
    out, deadline = Path(out), time.monotonic() + 60 * minutes
    AcceleratorState._reset_state()  # else one process could not train at two precisions
    accelerator = make_accelerator(recipe, log_with, out)
    with state.writable(out) if accelerator.is_main_process else nullcontext():
        return _train(model, recipe, out, deadline, progress, accelerator, log_with)


def _train(
    model: ModelT,
    recipe: Recipe,
    out: Path,
    deadline: float,
    progress: bool,
    accelerator: Accelerator,
    log_with: Sequence[str],
) -> ModelT | None:
    """`train`, in a folder that is its own, until `deadline` by the monotonic clock."""
    is_main_process = accelerator.is_main_process
    progress = progress and is_main_process

    # the saved state, if there is one, and the photographs
    paths = data.photographs(recipe.photographs)
    facts = state.identity(model, recipe, paths, accelerator.num_processes)
    tensors, history = state.resume(out, facts)
    start = check_same_start(history[-1]["step"] if history else 0, out)
    crops, val_crops = make_crops(recipe, paths, model.max_scale, accelerator, progress)

    # the model, its optimizer and its loss, and the moving average of its weights
    model.to(accelerator.device)
    model.encoder.to(  # type: ignore[call-overload]  # torch's stubs lack memory_format
        memory_format=torch.channels_last
    )
    weights = list(model.parameters())
    optimizer = torch.optim.Adam(weights, fused=True)
    objective = make_objective(model, recipe)
    net, optimizer = accelerator.prepare(objective, optimizer)
    ema = copy.deepcopy(model).requires_grad_(False)  # now that all processes' weights agree
    ema_weights = list(ema.parameters())
    if can_use_cuda_graphs(recipe, accelerator):
        net = with_cuda_graphs(net, inputs(objective, crops[0]))
    training = state.TrainingState(model, ema, optimizer)
    if history:
        training.restore(tensors)

    logs = Logs(log_with if is_main_process else (), accelerator, out, history)
    recent: list[Tensor] = []  # (loss, gradient norm) of each step since the last validation
    bar = tqdm(initial=start, total=recipe.steps, desc="training", disable=not progress)
    with bar, closing(logs):
        if progress and history and "of_steps" in history[-1]:
            bar.write(
                f"step {start} was to be of {history[-1]['of_steps']} steps and is of "
                f"{recipe.steps}: the learning rate goes on at {recipe.lr_at(start):.1e}, along a "
                f"cosine that falls to 0 at step {recipe.steps}"
            )
        for step in range(start, recipe.steps):
            # set the learning rate
            for group in optimizer.param_groups:
                group["lr"] = recipe.lr_at(step)

            # forward, backward, clip, step
            loss = batch_loss(net, objective, crops[step])
            accelerator.backward(loss)
            norm = accelerator.clip_grad_norm_(weights, recipe.max_grad_norm)
            optimizer.step()
            optimizer.zero_grad()
            update_ema(ema_weights, weights, step, recipe.ema_decay)
            recent.append(torch.stack((loss.detach(), norm)))
            bar.update()

            # log
            last, due = step + 1 == recipe.steps, (step + 1) % recipe.eval_every == 0
            if not (last or due or (step + 1) % LOG_EVERY == 0):
                continue
            losses = gather_losses(recent, step, accelerator, recipe, out)
            bar.set_postfix(loss=f"{losses[-1]:.4f}", lr=f"{recipe.lr_at(step):.1e}")

            # validate, and save a checkpoint
            late = any_process(time.monotonic() > deadline, accelerator)
            if not (last or due or late):
                continue
            if is_main_process:
                row = {"step": step + 1, "loss": sum(losses) / len(losses)}
                row["lr"] = recipe.lr_at(step)
                history.append(row | validate(ema, recipe, val_crops, accelerator))
                if progress:
                    bar.write("  ".join(f"{key} {value:.5g}" for key, value in history[-1].items()))
                state.save(out, training.tensors(), facts | {"history": history})
                logs.tell(history)
            recent.clear()
            if late and not last:
                return None

    # keep the moving average
    model.load_state_dict(ema.state_dict())
    if is_main_process:
        with state.disk_errors(out, "the model"):
            models.save(model, out / "model.safetensors", recipe=asdict(recipe), history=history)
    accelerator.wait_for_everyone()
    return model.eval()


def update_ema(
    ema_weights: Sequence[Tensor], weights: Sequence[Tensor], step: int, decay: float
) -> None:
    """Move the averages towards the weights, with less decay in the first steps."""
    update = get_ema_multi_avg_fn(min(decay, (1 + step) / (10 + step)))
    update(ema_weights, weights, step + 1)


def gather_losses(
    recent: list[Tensor], step: int, accelerator: Accelerator, recipe: Recipe, out: Path
) -> list[float]:
    """The losses of the recent steps up to `step`, means over all processes.

    Raises:
        TrainingError: a loss or the norm of a gradient is not finite.
    """
    losses, norms = accelerator.reduce(torch.stack(recent), "mean").T.tolist()
    for number, pair in enumerate(zip(losses, norms, strict=True), step + 1 - len(recent)):
        if not all(map(math.isfinite, pair)):
            raise TrainingError(
                f"the loss of step {number} is {pair[0]} and its gradient {pair[1]} (batch "
                f"{number} of seed {recipe.seed}); what {out} holds stays: train into another "
                f"folder, with an lr below {recipe.lr}"
            )
    return losses


@torch.no_grad()
def validate(
    model: ContinuousModel, recipe: Recipe, val_crops: Crops, accelerator: Accelerator
) -> dict[str, float]:
    """Loss and PSNR (dB, RGB) on four fixed batches of photographs that are not trained on."""
    objective, losses, squared_errors = make_objective(model, recipe), [], []
    for batch in (val_crops[number] for number in range(4)):
        arguments = inputs(objective, batch)
        with accelerator.autocast():
            loss, rgb = objective.loss_and_rgb(*arguments)
        losses.append(loss.item())
        squared_errors.append(F.mse_loss(rgb.float(), batch.pick(batch.hr)).item())
    psnr = -10 * math.log10(max(sum(squared_errors) / len(squared_errors), 1e-10))
    return {"val_loss": sum(losses) / len(losses), "val_psnr": psnr}
