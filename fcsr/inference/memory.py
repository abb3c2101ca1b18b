"""How much is computed at once: what fits into free memory, and less once that has run out."""

import math

import torch

from fcsr.decoding import CLASSES
from fcsr.errors import FcsrError
from fcsr.models import ContinuousModel
from fcsr.utils.device import free_memory

FLOAT_BYTES = 4
ONEDNN_ERROR = "could not create a primitive"  # of a convolution on a CPU without memory


def affordable(most: int, bytes_each: int, device: torch.device) -> int:
    """How many items of `bytes_each` fit into half of the free memory: 1 to `most`."""
    return max(1, min(most, free_memory(device) // (2 * bytes_each)))


def tile_side(model: ContinuousModel, batch: int, most: int, device: torch.device) -> int:
    """Side of the largest LR tile, at most `most`, that can be encoded at once with its margin."""
    halo = 2 * model.margin
    area = affordable((most + halo) ** 2, batch * encoding_bytes(model), device)
    return max(1, math.isqrt(area) - halo)


def encoding_bytes(model: ContinuousModel) -> int:
    """Bytes of an LR pixel while it is encoded, about: features, each estimator's maps twice."""
    return FLOAT_BYTES * (6 * model.encoder.features + 4 * model.size.width * len(model.estimators))


def query_bytes(model: ContinuousModel) -> int:
    """Bytes of a query while it is decoded, about: textures, hidden vectors and outputs."""
    places = 100  # the four neighbours, their distances and weights
    outputs = sum(estimator.head.out_features for estimator in model.estimators)
    if model.default_decode:  # whatever its head says, some decodes make logits of it
        outputs = max(outputs, 3 * CLASSES)
    widths = 10 * model.size.width + 2 * max(model.size.hidden, default=0)
    return FLOAT_BYTES * (places + widths + 6 * outputs)


class ChunkSize:
    """How many items are computed at once; fewer once memory has run out.

    Example:
        >>> from fcsr.inference.memory import ChunkSize
        >>> chunk = ChunkSize(1000)
        >>> chunk.halve(MemoryError(), tried=1000)
        >>> chunk.amount
        500
    """

    def __init__(self, amount: int):
        self.amount = amount

    def halve(self, error: Exception, tried: int) -> None:
        """Go on with half of what was tried.

        Raises:
            Exception: `error` itself, if it does not mean that memory ran out.
            FcsrError: a single item was tried.
        """
        if not ran_out(error):
            raise error
        if tried <= 1:
            cure = "close other programs, or take a smaller model or another machine"
            raise FcsrError(f"there is no memory left for a single pixel; {cure}") from error
        self.amount = tried // 2


def ran_out(error: Exception) -> bool:
    """Whether an error means that memory ran out, on any device."""
    from accelerate.utils.memory import should_reduce_batch_size

    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or should_reduce_batch_size(error) or ONEDNN_ERROR in str(error)
