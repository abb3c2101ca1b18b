"""What pixels cost, in bits a value: the fewer, the better they were predicted.

A value is one colour of one pixel; raw it takes 8 bits. The best code spends -log2 p bits on
a value of probability p (Shannon 1948), and arithmetic coding comes as close to that as one likes.
So whoever can predict can compress, and the length of the code measures predictions without a
threshold or a protocol.
"""

import io
import math
from typing import Literal

import numpy as np
import torch
from jaxtyping import Integer, UInt8
from PIL import Image
from torch import Tensor

from fcsr import losses
from fcsr.decoding import Distribution
from fcsr.errors import FcsrError, ImageError
from fcsr.mixtures import LogisticMixture

# Without loss, and as small as can be had in a moment: WebP's last 0.3 % take 15 times as long.
_SMALL: dict[str, dict[str, bool | int]] = {
    "PNG": {"optimize": True},
    "WEBP": {"lossless": True, "quality": 100},
}


def of_distributions(distribution: Distribution, levels: Integer[Tensor, "*b"]) -> float:
    """What true levels 0 … 255 cost in the best code for these distributions: eq. (1), in bits.

    To read the code one needs more: the input of the classifier, and the classifier.

    Example:
        >>> import torch
        >>> from fcsr.analysis import code_length
        >>> levels = torch.tensor([7, 200])
        >>> round(code_length.of_distributions(torch.zeros(2, 256), levels), 3)  # any level alike
        8.0
    """
    return losses.cross_entropy(distribution, levels).item() / math.log(2)


def of_colours_together(mixture: LogisticMixture, levels: Integer[Tensor, "*b 3"]) -> float:
    """The same if a pixel's three colours are coded one after the other.

    Once red is known, green is known better, and blue once both are.

    Example:
        >>> import torch
        >>> from fcsr.analysis import code_length
        >>> from fcsr.mixtures import LogisticMixture
        >>> mixture = LogisticMixture.around(torch.full((3,), 90.0), torch.zeros(50))
        >>> round(code_length.of_colours_together(mixture, torch.tensor([92, 93, 89])), 1)
        3.7
    """
    return mixture.joint_nats(levels).mean().item() / (3 * math.log(2))


def of_guess(levels: UInt8[Tensor, "*b"], guess: UInt8[Tensor, "*b"]) -> float:
    """What true levels cost where `guess` is known and each difference from it is coded by itself.

    The entropy of the differences' own histogram: a real code would have to send that, too.
    Raises FcsrError without values.

    Example:
        >>> import torch
        >>> from fcsr.analysis import code_length
        >>> levels, guess = torch.tensor([[9, 9, 5, 5], [9, 9, 4, 4]], dtype=torch.uint8)
        >>> code_length.of_guess(levels, guess)  # off by 0 or by 1, each as often
        1.0
    """
    if not levels.numel():
        raise FcsrError("there are no levels to code; give one or more")
    _, counts = (levels.int() - guess.int()).unique(return_counts=True)
    share = counts.double() / levels.numel()
    return torch.special.entr(share).sum().item() / math.log(2)


def of_file(picture: Image.Image, kind: Literal["PNG", "WEBP"]) -> float:
    """What an 8-bit gray or RGB picture costs in a lossless file, header included, no metadata.

    Raises ImageError for a picture of another mode, FcsrError for another kind of file.

    Example:
        >>> import fcsr
        >>> from fcsr.analysis import code_length
        >>> photograph = fcsr.images.sample("coffee").crop((200, 100, 264, 164))
        >>> 2 < code_length.of_file(photograph, "WEBP") < code_length.of_file(photograph, "PNG") < 8
        True
    """
    if kind not in _SMALL:
        raise FcsrError(f'unknown kind "{kind}": give {" or ".join(_SMALL)}')
    if picture.mode not in ("L", "RGB"):
        raise ImageError(f"the picture is of mode {picture.mode}; convert it to L or RGB")
    values = np.asarray(picture)
    file = io.BytesIO()
    Image.fromarray(values).save(file, kind, **_SMALL[kind])
    return 8 * file.tell() / values.size
