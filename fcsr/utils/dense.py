"""Which arrays and tensors hold an image: each value in its place, as a real number."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from fcsr.errors import ImageError

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""The dtypes of floats that torch computes with."""


def require_dense(image: Any, name: str) -> None:
    """Refuse arrays and tensors of which a value is masked, packed, missing or no real number.

    Args:
        image: an array or a tensor; anything else passes.
        name: what the error calls it.

    Raises:
        ImageError: it is masked, structured, sparse, nested, quantized or complex.

    Example:
        >>> import torch
        >>> from fcsr.utils.dense import require_dense
        >>> try:
        ...     require_dense(torch.eye(3).to_sparse(), "SR")
        ... except ValueError as error:
        ...     print(error)
        SR is a sparse tensor; give a dense one: image.to_dense()
    """
    found = None
    if isinstance(image, np.ndarray):
        found = _of_array(image)
    elif isinstance(image, Tensor):
        found = _of_tensor(image)
    if found:
        raise ImageError(f"{name} is {found}")


def require_floats(image: Any, name: str) -> None:
    """`require_dense`, for functions that compute with the values of tensors.

    Raises:
        ImageError: as `require_dense`, and for anything but a tensor of 16 to 64-bit floats.
    """
    require_dense(image, name)
    kind = image.dtype if isinstance(image, Tensor) else f"a {type(image).__name__}"
    if kind not in FLOATS:
        cure = "fcsr.images.to_tensor makes such a tensor of a picture"
        raise ImageError(f"{name} is {kind}, not a tensor of floats; {cure}")


def require_values(image: Tensor, name: str) -> None:
    """`require_floats`, for functions that look at the values.

    Raises:
        ImageError: as `require_floats`, and for a tensor on the device `meta`, which has none.
    """
    require_floats(image, name)
    if image.is_meta:
        raise ImageError(f"{name} is on the device meta and has no values; give one on the CPU")


def _of_array(array: np.ndarray) -> str | None:
    if np.ma.is_masked(array):
        return "a masked array; fill what is masked: image.filled(0)"
    if array.dtype.names:
        cure = "numpy.lib.recfunctions.structured_to_unstructured(image) makes channels of them"
        return f"an array with the fields {', '.join(array.dtype.names)}; {cure}"
    return _complex(array.dtype) if np.iscomplexobj(array) else None


def _of_tensor(tensor: Tensor) -> str | None:
    if tensor.is_nested:
        return "a nested tensor; give its images one at a time: image.unbind()"
    if tensor.layout != torch.strided:
        kind = "an MKL-DNN" if tensor.is_mkldnn else "a sparse"
        return f"{kind} tensor; give a dense one: image.to_dense()"
    if tensor.is_quantized:
        return "a quantized tensor; give floats: image.dequantize()"
    return _complex(tensor.dtype) if tensor.is_complex() else None


def _complex(dtype: np.dtype | torch.dtype) -> str:
    return f"complex ({dtype}); give real numbers: image.real, or abs(image)"
