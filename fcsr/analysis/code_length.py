"""What pixels cost, in bits a value: the fewer, the better they were foreseen.

A value is one colour of one pixel; raw it takes 8 bits. The best code spends -log2 p bits on
what it gave the probability p (Shannon 1948), and arithmetic coding comes as close to that as one
likes. So whoever can predict can compress, and the length of the code is a judge of predictions
that needs no threshold and no protocol.
"""

import io
import math
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Integer, UInt8
from PIL import Image
from torch import Tensor

from fcsr import losses
from fcsr.errors import FcsrError, ImageError

# Without loss, and as small as can be had in a moment: WebP's last 0.3 % take 15 times as long.
_SMALL = {"PNG": {"optimize": True}, "WEBP": {"lossless": True, "quality": 100}}


def of_distributions(logits: Float[Tensor, "*b classes"], levels: Integer[Tensor, "*b"]) -> float:
    """What true levels 0 … 255 cost in the best code for these distributions: eq. (1), in bits.

    Who is to read the code needs more: what the classifier looked at, and the classifier.
    """
    return losses.cross_entropy(logits, levels).item() / math.log(2)


def of_guess(levels: UInt8[Tensor, "*b"], guess: UInt8[Tensor, "*b"]) -> float:
    """What true levels cost where `guess` is known and each difference from it is coded by itself.

    The entropy of the differences' own histogram: a real code would have to send that, too.
    Raises FcsrError without values.
    """
    if not levels.numel():
        raise FcsrError("there are no levels to code; give one or more")
    _, counts = (levels.int() - guess.int()).unique(return_counts=True)
    share = counts.double() / levels.numel()
    return torch.special.entr(share).sum().item() / math.log(2)


def of_file(picture: Image.Image, kind: Literal["PNG", "WEBP"]) -> float:
    """What an 8-bit gray or RGB picture costs in a file without loss, head included, no metadata.

    Raises ImageError for a picture of another mode, FcsrError for another kind of file.
    """
    if kind not in _SMALL:
        raise FcsrError(f'unknown kind "{kind}": give {" or ".join(_SMALL)}')
    if picture.mode not in ("L", "RGB"):
        raise ImageError(f"the picture is of mode {picture.mode}; convert it to L or RGB")
    values = np.asarray(picture)
    file = io.BytesIO()
    Image.fromarray(values).save(file, kind, **_SMALL[kind])
    return 8 * file.tell() / values.size
