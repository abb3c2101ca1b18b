"""What a file of ONNX says of itself, in its metadata and beside its inputs and outputs."""

import json
from typing import TYPE_CHECKING

import fcsr
from fcsr.decoding import Decode, label
from fcsr.models.base import MODELS, ContinuousModel
from fcsr.models.saved.checkpoints import fingerprint, shipped_name

if TYPE_CHECKING:
    from onnx import ModelProto

MEANINGS = {
    "image": "RGB in [0, 1], (batch, 3, height, width)",
    "size": "height and width of the result in pixels",
    "coord": "(y, x) of the pixels to query, each in [-1, 1]: pixel i of n is -1 + (2 i + 1) / n",
    "cell": "height and width of such a pixel in these units: 2 / n for one of n",
    "rgb": "RGB in [0, 1]",
    "low": "low band, RGB in [0, 1]",
    "logits": "of the levels 0 to 255",
    "high": "logits of the levels 0 to 255",
    "weights": "logarithms of the components' probabilities, which a pixel's colours share",
    "centres": "of the components, which are logistic distributions, in levels",
    "log_scales": "natural logarithms of the components' scales in levels",
    "correlations": "red and green; red and blue; green and blue, given red",
}


def describe(
    file: "ModelProto",
    model: ContinuousModel,
    part: str,
    decode: str | Decode | None,
    distribution: bool,
) -> None:
    """Put what a reader of the file must know into its metadata, and its inputs and outputs."""
    from onnx import helper

    facts = {
        "fcsr": fcsr.__version__,
        "model": MODELS.name(type(model)),
        "config": json.dumps(model.config),
        "weights": shipped_name(model) or "",
        "fingerprint": fingerprint(model),
        "part": part,
        "max_scale": str(model.max_scale),
        "margin": str(model.margin),
    }
    if distribution:
        bands = any(made.name == "low" for made in file.graph.output)
        facts["rgb"] = "low + (level - 128) / 255, clamped to [0, 1]" if bands else "level / 255"
    elif how := decode or model.default_decode:
        facts["decode"] = label(how)
    for tensor in (*file.graph.input, *file.graph.output):
        tensor.doc_string = MEANINGS.get(tensor.name, "of the encoder, for the query")
        facts[tensor.name] = tensor.doc_string
    helper.set_model_props(file, facts)
    file.producer_name, file.producer_version = "fcsr", fcsr.__version__
