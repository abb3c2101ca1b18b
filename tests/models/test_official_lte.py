"""Published LTE's weights give its image, and no file does any harm."""

import json
import os
import pickle
import struct
import zipfile
from pathlib import Path

import published_lte
import pytest
import torch
from limited import refusal

from fcsr import inference, load_official_lte, models
from fcsr.errors import CheckpointError


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    path = tmp_path_factory.mktemp("official") / "edsr-baseline-lte.pth"
    torch.save(published_lte.checkpoint(), path)
    return path


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((9, 7), (18, 14)), ((9, 7), (27, 21)), ((10, 20), (37, 74)), ((6, 5), (36, 30))],
    ids=["x2", "x3", "x3.7", "x6"],
)
def test_published_weights_give_the_published_image(size, wanted, official, photograph):
    image = photograph(*size, batch=2)
    weights = torch.load(official, weights_only=True)["model"]["sd"]
    with torch.no_grad():
        expected = published_lte.upscale(weights, image, wanted)
    assert expected.std() > 0.05
    model = load_official_lte(official)
    [sr] = inference.render(model, image, wanted, progress=False)
    if wanted[0] == 3 * size[0]:  # its second rows and columns lie on centres: published LTE errs
        edges = (
            torch.tensor([n for n in range(side) if n not in (1, side - 2)]) for side in wanted
        )
        rows, columns = edges
        sr, expected = (each[..., rows[:, None], columns] for each in (sr, expected))
    torch.testing.assert_close(sr, expected, rtol=0, atol=1e-5)


def test_published_weights_stay_the_same_when_saved_as_ours(official, tmp_path):
    model = load_official_lte(official)
    models.save(model, tmp_path / "ours.safetensors")
    again = models.load(tmp_path / "ours.safetensors")
    weights = torch.load(official, weights_only=True)["model"]["sd"]
    used = [weight for name, weight in weights.items() if "_mean." not in name]
    assert len(again.state_dict()) == len(used)
    for mine, theirs in zip(again.state_dict().values(), used, strict=True):
        assert torch.equal(mine, theirs)
    assert json.dumps(again.config) == json.dumps(model.config)


@pytest.mark.parametrize("missing", ["phase.weight", "imnet.layers.4.bias", "encoder.body.16.bias"])
def test_an_incomplete_published_checkpoint_is_refused(missing, tmp_path):
    content = published_lte.checkpoint()
    del content["model"]["sd"][missing]
    torch.save(content, tmp_path / "incomplete.pth")
    with pytest.raises(CheckpointError, match=r"incomplete\.pth is not a published"):
        load_official_lte(tmp_path / "incomplete.pth")


class Command:
    """What unpickling this would run."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_code_in_a_published_checkpoint_is_refused_and_not_run(tmp_path):
    content = published_lte.checkpoint()
    content["model"]["args"]["surprise"] = Command(tmp_path / "made by the checkpoint")
    torch.save(content, tmp_path / "evil.pth")
    with pytest.raises(CheckpointError, match=r"evil\.pth is not a published"):
        load_official_lte(tmp_path / "evil.pth")
    assert not (tmp_path / "made by the checkpoint").exists()


@pytest.mark.parametrize("load", [models.load, load_official_lte])
def test_code_in_a_pickle_is_refused_and_not_run(load, tmp_path):
    (tmp_path / "evil").write_bytes(pickle.dumps(Command(tmp_path / "made by the pickle")))
    with pytest.raises(CheckpointError, match="evil is not a"):
        load(tmp_path / "evil")
    assert not (tmp_path / "made by the pickle").exists()
    pickle.loads((tmp_path / "evil").read_bytes())
    assert (tmp_path / "made by the pickle").exists(), "it would have been"


def test_a_published_checkpoint_is_not_larger_than_its_file(official, tmp_path):
    content = torch.load(official, weights_only=True)
    weights = content["model"]["sd"]
    weights["phase.weight"] = weights["phase.weight"][:1].expand(10**9, 2)
    torch.save(content, tmp_path / "wide.pth")
    with pytest.raises(CheckpointError, match="its weights are larger than the file"):
        load_official_lte(tmp_path / "wide.pth")
    with (
        zipfile.ZipFile(official) as source,
        zipfile.ZipFile(tmp_path / "squeezed.pth", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
    with pytest.raises(CheckpointError, match="compressed, as torch"):
        load_official_lte(tmp_path / "squeezed.pth")


def write_zip(path, pickled: bytes, parts: dict[str, bytes]):
    """A file as torch.save lays it out."""
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("archive/data.pkl", pickled)
        target.writestr("archive/version", b"3\n")
        target.writestr("archive/byteorder", b"little")
        for name, content in parts.items():
            target.writestr(f"archive/data/{name}", content)


def tensor(key: bytes, count: int) -> bytes:
    """The opcodes that make a float32 tensor of so many numbers of the part `key`."""
    number = b"J" + struct.pack("<i", count)
    text = b"X" + struct.pack("<I", len(key)) + key
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\n" + text + b"X\x03\0\0\0cpu" + number
    shape = b"K\0" + number + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"tQ" + shape + b"tR"


CALLS = {
    "bytearray": b"c__builtin__\nbytearray\nJ\0\0\0\x7f\x85R.",
    "set": b"c__builtin__\nset\n)R.",
    "Parameter": b"ctorch.nn.parameter\nParameter\n)R.",
    "computed": b"\x80\x04X\x08\0\0\0builtinsX\x09\0\0\0bytearray\x93J\0\0\0\x7f\x85R.",
}


@pytest.mark.parametrize("name", CALLS)
def test_what_a_pickle_asks_for_is_not_built(name, tmp_path):
    write_zip(tmp_path / "calls.pth", CALLS[name], {})
    with pytest.raises(CheckpointError, match=f"it asks for .* {name}$"):
        load_official_lte(tmp_path / "calls.pth")


def test_a_small_file_that_asks_for_gigabytes_is_refused_at_once():
    path = Path(__file__).parent / "cases" / "bytearray.pth"
    assert path.stat().st_size < 1000
    assert "it asks for " in refusal(path)


@pytest.mark.parametrize("other", [b"AA", b"aA", b"aa\0b"])
def test_a_part_is_not_read_again_under_another_spelling(other, tmp_path):
    count = 2**18
    dicts = b"\x80\x02](" + tensor(b"aa", count) + tensor(other, count) + b"e."
    write_zip(tmp_path / "twice.pth", dicts, {"aa": bytes(4 * count)})
    first, second = torch.load(tmp_path / "twice.pth", weights_only=True)
    assert first.shape == second.shape == (count,) and first.data_ptr() != second.data_ptr()
    with pytest.raises(CheckpointError, match="it names data/aa in two ways"):
        load_official_lte(tmp_path / "twice.pth")


def test_parts_that_overlap_are_refused(official, tmp_path):
    """A directory that names one part many times."""
    data = official.read_bytes()
    with zipfile.ZipFile(official) as archive:
        largest = max(archive.infolist(), key=lambda member: member.file_size)
        with zipfile.ZipFile(tmp_path / "overlap.pth", "w") as target:
            target.fp.write(data[: archive.start_dir])
            target.start_dir = archive.start_dir
            target.filelist = [*archive.infolist(), *[largest] * 9]
            target._didModify = True
    with pytest.raises(CheckpointError, match="its parts are larger than the file"):
        load_official_lte(tmp_path / "overlap.pth")


def test_a_long_pickle_is_refused(tmp_path):
    write_zip(tmp_path / "long.pth", b"\x80\x02](" + 2**20 * b"}" + b"e.", {})
    with pytest.raises(CheckpointError, match="at most 1,048,576 bytes"):
        load_official_lte(tmp_path / "long.pth")


def test_a_file_of_before_zips_is_refused(tmp_path):
    """Its storages are made before it is known that their numbers are there."""
    path = tmp_path / "old.pth"
    torch.save(published_lte.checkpoint(), path, _use_new_zipfile_serialization=False)
    with pytest.raises(CheckpointError, match=r"it is no zip file, .* since PyTorch 1\.6"):
        load_official_lte(path)


def test_a_checkpoint_with_its_optimizer_is_read(official, tmp_path):
    """As the authors' training code writes it, with the state of random numbers."""
    content = torch.load(official, weights_only=True)
    weights = [weight.clone().requires_grad_() for weight in content["model"]["sd"].values()]
    optimizer = torch.optim.Adam(weights)
    sum(weight.sum() for weight in weights).backward()
    optimizer.step()
    content |= {"optimizer": {"name": "adam", "args": {"lr": 1e-4}, "sd": optimizer.state_dict()}}
    torch.save(content | {"epoch": 1000, "state": torch.get_rng_state()}, tmp_path / "whole.pth")
    model, alone = load_official_lte(tmp_path / "whole.pth"), load_official_lte(official)
    for mine, theirs in zip(model.parameters(), alone.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_an_absent_or_empty_published_checkpoint_is_refused(tmp_path):
    (tmp_path / "empty.pth").touch()
    for name in ("absent.pth", "empty.pth"):
        with pytest.raises(CheckpointError, match=name):
            load_official_lte(tmp_path / name)
