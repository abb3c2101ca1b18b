"""Published LTE's weights give its image, and no file does any harm."""

import json
import os
import pickle
import zipfile

import published_lte
import pytest
import torch

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


def test_an_absent_or_empty_published_checkpoint_is_refused(tmp_path):
    (tmp_path / "empty.pth").touch()
    for name in ("absent.pth", "empty.pth"):
        with pytest.raises(CheckpointError, match=name):
            load_official_lte(tmp_path / name)
