"""The networks behind LPIPS.

LPIPS (Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric",
CVPR 2018) compares the features of an AlexNet or a VGG16. The package lpips has its architecture
and its learned weights; `fcsr.metrics.trunks` has the two networks.
"""

import functools
import importlib
import sys
import warnings

import torch
from torch import Tensor, nn

from fcsr.metrics.trunks import Net, Reference, convolutions, strips
from fcsr.utils.extras import missing


@functools.cache
def network(net: Net, device: torch.device) -> nn.Module:
    """LPIPS v0.1 on `device`, ready to compare two batches (B, 3, H, W) in [-1, 1].

    It gives (B, 1, 1, 1), and gradients of its inputs. Float32, in evaluation mode, its parameters
    without gradient. Built once for each device.

    Raises:
        FcsrError: lpips is missing; the message has the command that installs it.
        CheckpointError: the file of the AlexNet or the VGG16 is not the published one.
        DownloadError: that network is not on this machine and cannot be downloaded.
    """
    lpips = _import_lpips()
    trunk = convolutions(net)
    # The trunk is initialised at random; the caller's random numbers must not depend on that.
    cpu = torch.device("cpu")  # whatever the default is, for the file of weights has them there
    with cpu, torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # lpips builds its trunk with an argument that torchvision has since renamed.
        warnings.filterwarnings("ignore", "The parameter 'pretrained' is deprecated", UserWarning)
        warnings.filterwarnings("ignore", "Arguments other than a weight enum", UserWarning)
        module = lpips.LPIPS(net=net, pnet_rand=True, verbose=False)
    layers = module.get_submodule("net").modules()
    empty = (layer for layer in layers if isinstance(layer, nn.Conv2d))
    for layer, (weight, bias) in zip(empty, trunk, strict=True):
        layer.load_state_dict({"weight": weight, "bias": bias})
    return module.requires_grad_(False).eval().to(device, torch.float32)


def vgg_distance(module: nn.Module, sr: Tensor, hr: Tensor) -> float:
    """What LPIPS of the VGG16 gives for one pair (1, 3, H, W), in bounded memory.

    LPIPS is a sum over stages of means over all places, which are collected strip by strip.
    """
    normalize = _import_lpips().normalize_tensor
    reference = _reference(module)
    heads = [module.get_submodule(f"lin{stage}") for stage in range(5)]
    sums, places = [0.0] * 5, [0] * 5
    for strip in strips(*sr.shape[-2:]):
        xs = reference.network(sr[..., strip.seen, :])
        ys = reference.features(hr[..., strip.seen, :])
        for stage, (x, y, head) in enumerate(zip(xs, ys, heads, strict=True)):
            rows = strip.counted(2**stage)
            x, y = normalize(x[..., rows, :]), normalize(y[..., rows, :])
            distances = head((x - y).square())
            sums[stage] += distances.sum().item()
            places[stage] += distances.numel()
    return sum(total / count for total, count in zip(sums, places, strict=True))


@functools.cache
def _reference(module: nn.Module) -> Reference:
    scale, net = module.get_submodule("scaling_layer"), module.get_submodule("net")
    return Reference(lambda image: net(scale(image)))


def _import_lpips():
    try:
        import_torchvision()
        return importlib.import_module("lpips")
    except ModuleNotFoundError as error:
        raise missing("LPIPS", "metrics", str(error.name)) from error


def import_torchvision() -> None:
    """Import torchvision, also where its compiled operators do not fit the installed torch.

    A torchvision that was built for CUDA fails to import beside a CPU torch, because it describes
    operators that were never loaded. Its models need none of them, so it is enough to declare the
    two at which the import fails. Every other error is raised.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]  # only half imported
        for operator in ("nms", "qnms"):
            torch.library.define(
                f"torchvision::{operator}",
                "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
            )
        importlib.import_module("torchvision")
