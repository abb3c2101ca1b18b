"""How much is done at once: what fits into the memory that is free, and less when it ran out."""

import math

import torch

from fcsr.errors import FcsrError
from fcsr.models import ContinuousModel
from fcsr.utils.device import free

FLOAT = 4  # bytes
ONEDNN = "could not create a primitive"  # all that a convolution on a CPU says of no memory


def affordable(most: int, bytes_each: int, device: torch.device) -> int:
    """How many things fit into half of the free memory: at most `most`, at least one."""
    return max(1, min(most, free(device) // (2 * bytes_each)))


def tile_side(model: ContinuousModel, batch: int, most: int, device: torch.device) -> int:
    """LR pixels along an axis that can be encoded at once, with those around that matter."""
    halo = 2 * model.margin
    area = affordable((most + halo) ** 2, batch * encoding_bytes(model), device)
    return max(1, math.isqrt(area) - halo)


def encoding_bytes(model: ContinuousModel) -> int:
    """Of an LR pixel while it is encoded, about: features, and each estimator's maps, twice."""
    return FLOAT * (6 * model.encoder.features + 4 * model.size.width * len(model.estimators))


def query_bytes(model: ContinuousModel) -> int:
    """Of a query while it is answered and read, about: textures, hidden vectors, and outputs."""
    places = 100  # the four neighbours, how far they are and what they weigh
    outputs = sum(estimator.head.out_features for estimator in model.estimators)
    widths = 10 * model.size.width + 2 * max(model.size.hidden, default=0)
    return FLOAT * (places + widths + 6 * outputs)


class ChunkSize:
    """How many things are done at once; fewer from now on, when memory ran out."""

    def __init__(self, amount: int):
        self.amount = amount

    def halve(self, error: Exception, tried: int) -> None:
        """Half of what was tried; raises `error` if it is another, FcsrError if that was one."""
        if not ran_out(error):
            raise error
        if tried <= 1:
            cure = "close other programs, or take a smaller model or another machine"
            raise FcsrError(f"there is no memory left for a single pixel; {cure}") from error
        self.amount = tried // 2


def ran_out(error: Exception) -> bool:
    """Whether an error says that memory ran out, on whatever device."""
    from accelerate.utils.memory import should_reduce_batch_size

    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or should_reduce_batch_size(error) or ONEDNN in str(error)
