"""Published LTE's weights, from its authors' file."""

import os
from pathlib import Path

import torch

from fcsr.errors import CheckpointError
from fcsr.models.edsr import EDSR
from fcsr.models.lte import LTE
from fcsr.models.saved.checkpoints import filled
from fcsr.models.texture import EstimatorSize
from fcsr.utils.files.plain_pickle import require_plain


def load_official_lte(path: str | Path) -> LTE:
    """An EDSR-baseline-LTE checkpoint as its authors publish it (`edsr-baseline-lte.pth`).

    Source: Lee & Jin, CVPR 2022. The file holds `{"model": {"name", "args", "sd"}}`; its
    MeanShift weights are unused there, too. A file with code in it, or that would take more memory
    than it has bytes, is refused before anything of it is built.
    Raises CheckpointError for another file, and for weights that are not finite.

    >>> import fcsr
    >>> try:
    ...     model = fcsr.load_official_lte("edsr-baseline-lte.pth")
    ... except fcsr.FcsrError:  # not downloaded
    ...     model = fcsr.load("lte-compact")
    """
    try:
        require_plain(path)
        weights = torch.load(path, map_location="cpu", weights_only=True)["model"]["sd"]
        hidden = [weights[f"imnet.layers.{2 * i}.weight"].shape[0] for i in range(3)]
        size = EstimatorSize(weights["coef.weight"].shape[0], tuple(hidden))
        blocks = sum(name.endswith("body.0.weight") for name in weights)
        features = weights["encoder.head.0.weight"].shape[0]
        used = {_own_name(n): weight for n, weight in weights.items() if "_mean." not in n}
        if sum(weight.nbytes for weight in used.values()) > os.path.getsize(path):
            raise CheckpointError("its weights are larger than the file")
        model = filled(lambda: LTE(EDSR(blocks, features), size), used)
    except Exception as error:
        raise CheckpointError(
            f"{path} is not a published EDSR-baseline-LTE checkpoint: {error}"
        ) from error
    return model.eval()


def _own_name(official: str) -> str:
    """`imnet.layers.4.bias` -> `estimators.0.mlp.4.bias`, and so on."""
    for theirs, ours in (
        ("encoder.head.0.", "encoder.head."),
        ("coef.", "estimators.0.amplitude."),
        ("freq.", "estimators.0.frequency."),
        ("phase.", "estimators.0.phase."),
        ("imnet.layers.6.", "estimators.0.head."),
        ("imnet.layers.", "estimators.0.mlp."),
    ):
        if official.startswith(theirs):
            return ours + official.removeprefix(theirs)
    return official
