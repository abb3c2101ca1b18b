"""Devices and processes: precision, compilation, CUDA graphs, and what processes agree on."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from accelerate import Accelerator
from accelerate.utils import TorchDynamoPlugin, gather_object
from torch import Tensor, nn

from fcsr.errors import TrainingError
from fcsr.training.recipe import Recipe
from fcsr.utils.device import default_device
from fcsr.utils.distributed import check_gpus, end_gloo_at_exit


def make_accelerator(
    recipe: Recipe, log_with: Sequence[str] = (), out: Path | None = None
) -> Accelerator:
    """The device to train on, in the recipe's precision; TensorBoard, if asked for, logs to `out`.

    Raises:
        FcsrError: there are more processes than GPUs.
    """
    check_gpus()
    compiling = TorchDynamoPlugin("inductor") if recipe.compile else None
    on_cpu = default_device().type == "cpu"
    accelerator = Accelerator(
        cpu=on_cpu,
        mixed_precision=recipe.mixed_precision,
        dynamo_plugin=compiling,
        log_with=[name for name in log_with if name != "csv"] or None,
        project_dir=out,
    )
    end_gloo_at_exit(accelerator.state.backend)
    return accelerator


def can_use_cuda_graphs(recipe: Recipe, accelerator: Accelerator) -> bool:
    """Whether a step's loss and gradients can be recorded once as CUDA graphs, and replayed.

    That takes a single process on a GPU, a compiled step, and tensors of one shape: no crop may
    have fewer pixels than `recipe.queries`.
    """
    one_shape = recipe.lpips_weight > 0 or recipe.queries <= recipe.lr_size**2
    one_gpu = accelerator.num_processes == 1 and accelerator.device.type == "cuda"
    return recipe.compile and one_shape and one_gpu


def with_cuda_graphs(net: nn.Module, inputs: tuple[Tensor, ...]) -> nn.Module:
    """`net` as two CUDA graphs, forward and backward, for inputs of these shapes.

    A step is some 600 kernels, most of which finish before Python can launch the next; a graph
    launches all of them at once. A replay overwrites the gradients of the one before: they must
    be used, and set to None, before the next.
    """
    # Recorded on one stream, replayed on another: on purpose, and autograd waits for both.
    warnings.filterwarnings("ignore", "The AccumulateGrad node's stream", UserWarning)
    return cast(nn.Module, torch.cuda.make_graphed_callables(net, inputs))


def check_same_start(start: int, out: Path) -> int:
    """The step to start from, which all processes must have found in `out`.

    Raises:
        TrainingError: they have found different steps.
    """
    starts = gather_object([start])
    if len(set(starts)) > 1:
        raise TrainingError(
            f"the processes would go on from the steps {starts}: {out} must be one folder that all "
            "of them see, on all machines"
        )
    return start


def any_process(condition: bool, accelerator: Accelerator) -> bool:
    """Whether a condition holds in any process, so that all of them act alike."""
    votes = torch.tensor(float(condition), device=accelerator.device)
    return accelerator.reduce(votes, "sum").item() > 0
