"""Files that pretend to be weights: damaged, malformed and malicious ones, as strategies."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fuzz_images
import published_lte
import safetensors.torch
import torch
from hypothesis import strategies as st

from fcsr import CS, EDSR, FCS, LTE, load_official_lte, models, upscale
from fcsr.errors import CheckpointError
from fcsr.models import EstimatorSize
from fcsr.training import state
from fcsr.utils.files import tensor_files

BLOWN_UP = 8  # how much larger than its file a model may be: float32 of 4 bits
NUMBERS = st.sampled_from([-1, 0, 1, 2, 3, 7.5, 10**5, 10**9, 2**63, 10**400, 1e308, 1e-300])
LEAVES = st.none() | st.booleans() | NUMBERS | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
TEXTS = st.one_of(
    VALUES.map(json.dumps),
    st.integers(1, 100_000).map(lambda depth: "[" * depth + "]" * depth),
    st.integers(1, 10_000).map(lambda digits: "9" * digits),
    st.text(),
)
DTYPES = [getattr(torch, name) for name in ("float64", "float16", "bfloat16", "float8_e4m3fn")]
DTYPES += [torch.int64, torch.uint16, torch.bool, torch.complex64]


@dataclass(frozen=True)
class File:
    """The bytes of a file, and what reads it and says what came of it."""

    data: bytes
    read: Callable[[Path], str]
    name: str = "case"


def examine(file: File, folder: Path) -> str:
    """Read a file; what came of it, or AssertionError."""
    (folder / file.name).write_bytes(file.data)
    try:
        return file.read(folder / file.name)
    except CheckpointError:
        return "refused"


def read_model(path: Path) -> str:
    model = models.load(path)
    models.describe(path)
    require_sound(model, path)
    sr = upscale(torch.rand(3, 3, 4), size=(5, 6), model=model, progress=False)
    assert sr.shape == (3, 5, 6)
    return "a model"


def read_weights(path: Path) -> str:
    """Without a look at what comes out: finite weights may be too large to compute with."""
    require_sound(models.load(path), path)
    return "a model"


def read_official(path: Path) -> str:
    require_sound(load_official_lte(path), path)
    return "a model"


def require_sound(model: torch.nn.Module, path: Path) -> None:
    weights = model.state_dict().values()
    assert all(weight.isfinite().all() for weight in weights)
    assert sum(weight.nbytes for weight in weights) <= BLOWN_UP * path.stat().st_size


def read_state(path: Path) -> str:
    tensors, _ = state.load(path.parent)
    assert all(type(tensor) is torch.Tensor for tensor in tensors.values())
    return "a state"


@cache
def small(kind: type) -> torch.nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return kind(EDSR(blocks=1, features=4), EstimatorSize(4, (4,)))


@cache
def saved() -> bytes:
    return forged(small(FCS).state_dict(), json.dumps({"config": small(FCS).config, "facts": {}}))


def forged(tensors: dict, text: str) -> bytes:
    """A file as fcsr writes it, with a checksum that is right, whatever the metadata say."""
    tensors = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    seal = tensor_files.checksum(tensors, text)
    return safetensors.torch.save(tensors, {"fcsr": text, "sha256": seal})


@cache
def official() -> dict[str, torch.Tensor]:
    """Published LTE's weights with four channels instead of 64 and 256."""
    weights = published_lte.checkpoint()["model"]["sd"]
    cut = {n: w[tuple(slice(4) for _ in w.shape[:2])].clone() for n, w in weights.items()}
    return cut | {"phase.weight": weights["phase.weight"][:2].clone()}


def pickled(weights: dict) -> bytes:
    buffer = io.BytesIO()
    torch.save({"model": {"name": "lte", "args": {}, "sd": weights}}, buffer)
    return buffer.getvalue()


def damaged(source: Callable[[], bytes], read: Callable[[Path], str]) -> st.SearchStrategy[File]:
    whole = st.builds(source)
    ways = (fuzz_images.truncated, fuzz_images.flipped, fuzz_images.spliced)
    return st.builds(File, st.one_of(*(way(whole) for way in ways)), st.just(read))


@st.composite
def headers(draw) -> File:
    """Tensors of other types, shapes and places than there are; lengths that lie; deep JSON."""
    data = saved()
    length = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:length])
    name = draw(st.sampled_from(sorted(header)))
    field = draw(st.sampled_from(["dtype", "shape", "data_offsets"]))
    header[name][field] = draw(
        st.sampled_from(["F4", "F8_E8M0", "F64", "C64", "BOOL", "X"]) | st.lists(NUMBERS) | VALUES
    )
    text = draw(st.one_of(st.just(json.dumps(header)), TEXTS)).encode()
    said = draw(st.sampled_from([len(text), 0, len(text) + 1, len(data), 2**31, 2**64 - 1]))
    return File(struct.pack("<Q", said) + text + data[length:], read_model)


@st.composite
def configs(draw) -> File:
    """A checksum that is right, and a config that asks for anything."""
    model = small(draw(st.sampled_from([LTE, CS, FCS])))
    config = json.loads(json.dumps(model.config))
    for _ in range(draw(st.integers(1, 3))):
        inner = [value for value in config.values() if isinstance(value, dict)]
        within = draw(st.sampled_from([config, *inner]))
        within[draw(st.sampled_from([*within, "unknown"]))] = draw(
            NUMBERS | VALUES | st.lists(NUMBERS)
        )
    return File(forged(model.state_dict(), json.dumps({"config": config})), read_model)


@st.composite
def metadata(draw) -> File:
    """A checksum that is right, and any text where the metadata should be."""
    return File(forged(small(LTE).state_dict(), draw(TEXTS)), read_model)


@st.composite
def changed(draw, weights: dict) -> dict:
    """Weights that are not finite, of another type or shape, too many or too few."""
    weights = dict(weights)
    name = draw(st.sampled_from(sorted(weights)))
    weight = weights[name].detach().clone()
    match draw(st.sampled_from(["value", "type", "shape", "more", "less"])):
        case "value":
            weight.flatten()[0] = draw(st.floats(width=32))
            weights[name] = weight
        case "type":
            weights[name] = weight.to(draw(st.sampled_from(DTYPES)))
        case "shape":
            weights[name] = draw(st.sampled_from([weight[None], weight.new_empty(0)]))
        case "more":
            weights[draw(st.text(max_size=8))] = weight
        case "less":
            del weights[name]
    return weights


@st.composite
def weights(draw) -> File:
    model = small(draw(st.sampled_from([LTE, CS, FCS])))
    text = json.dumps({"config": model.config})
    return File(forged(draw(changed(model.state_dict())), text), read_weights)


@st.composite
def published(draw) -> File:
    """Published LTE's format: other weights, a few numbers shown as many, compressed, code."""
    weights = draw(changed(official()))
    if draw(st.booleans()):
        wide = 10**6
        for name, weight in weights.items():
            shape = [wide if side == 4 else side for side in weight.shape]
            weights[name] = weight.new_zeros([1] * weight.ndim).expand(shape)
    data = pickled(weights)
    if draw(st.booleans()):
        data = squeezed(data)
    return File(data, read_official)


@st.composite
def calls(draw) -> File:
    """Published LTE's format, whose pickle calls anything with any number."""
    named = ["__builtin__ bytearray", "__builtin__ set", "torch FloatTensor", "torch Size"]
    named += ["torch._utils _rebuild_tensor_v2", "collections OrderedDict", "torch FloatStorage"]
    module, name = draw(st.sampled_from(named)).split()
    number = draw(st.integers(-(2**31), 2**31 - 1))
    pickled = f"c{module}\n{name}\n".encode() + b"J" + struct.pack("<i", number) + b"\x85R."
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("archive/data.pkl", pickled)
        target.writestr("archive/version", b"3\n")
    return File(buffer.getvalue(), read_official)


def squeezed(data: bytes) -> bytes:
    """The same zip, compressed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return buffer.getvalue()


@st.composite
def states(draw) -> File:
    """The state of a training, whose metadata are anything."""
    return File(forged({"a": torch.ones(2)}, draw(TEXTS)), read_state, state.NAME)


KINDS = {
    "damaged": damaged(saved, read_model),
    "headers": headers(),
    "configs": configs(),
    "metadata": metadata(),
    "weights": weights(),
    "damaged, published": damaged(lambda: pickled(official()), read_official),
    "published": published(),
    "calls": calls(),
    "states": states(),
}
