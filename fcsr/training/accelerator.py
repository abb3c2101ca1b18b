"""What makes a step fast: where it is done, in which precision, compiled, and with CUDA graphs."""

import warnings

import torch
from accelerate import Accelerator
from accelerate.utils import TorchDynamoPlugin
from torch import Tensor, nn

from fcsr.training.recipe import Recipe
from fcsr.utils.device import default_device
from fcsr.utils.distributed import check_gpus


def make_accelerator(recipe: Recipe) -> Accelerator:
    """The devices to train on, in the recipe's precision; raises as `check_gpus` does."""
    check_gpus()
    compiling = TorchDynamoPlugin("inductor") if recipe.compile else None
    on_cpu = default_device().type == "cpu"
    return Accelerator(cpu=on_cpu, mixed_precision=recipe.mixed_precision, dynamo_plugin=compiling)


def can_use_cuda_graphs(recipe: Recipe, accelerator: Accelerator) -> bool:
    """Whether a step's loss and gradients may be recorded once as CUDA graphs, and replayed.

    That is of one process on a GPU, of a compiled step, and of tensors of one shape: no crop may
    have fewer pixels than the recipe asks for.
    """
    alike = recipe.lpips_weight > 0 or recipe.queries <= recipe.lr_size**2
    alone = accelerator.num_processes == 1 and accelerator.device.type == "cuda"
    return recipe.compile and alike and alone


def with_cuda_graphs(net: nn.Module, inputs: tuple[Tensor, ...]) -> nn.Module:
    """`net` as two CUDA graphs, one forth and one back, of inputs like these.

    A step is some 600 kernels, most of which are done before Python could have asked for the next;
    a graph asks for all of them at once. Gradients lie where the last replay left them: they must
    be used, and set to None, before the next.
    """
    # Recorded on a stream of its own, replayed on another: on purpose, and autograd waits for both.
    warnings.filterwarnings("ignore", "The AccumulateGrad node's stream", UserWarning)
    return torch.cuda.make_graphed_callables(net, inputs)
