"""fcsr.checkpoints: what is saved is what is loaded, or an error; published LTE gives its image."""

import json
import math
import os
import pickle
import random
import stat
import zipfile

import published_lte
import pytest
import safetensors.torch
import torch

from fcsr import CS, FCS, LTE, checkpoints, inference
from fcsr.errors import CheckpointError
from fcsr.frequency import Box

OPTIONS = [(LTE, {}), (CS, {"prior": False}), (FCS, {"low_pass": Box(1), "shared": False})]


@pytest.fixture
def saved(tiny, tmp_path):
    path = tmp_path / "model.safetensors"
    checkpoints.save(tiny(FCS), path, steps=12, psnr={"Set5 x4": 30.5})
    return path


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    path = tmp_path_factory.mktemp("official") / "edsr-baseline-lte.pth"
    torch.save(published_lte.checkpoint(), path)
    return path


@pytest.fixture
def shelf(tiny, tmp_path, monkeypatch):
    """A folder of weights as in the package: only a compact LTE, a CS of both sizes."""
    monkeypatch.setattr(checkpoints, "WEIGHTS", tmp_path)
    for name, max_scale in (("lte-compact", 2.0), ("cs", 3.0), ("cs-compact", 4.0)):
        kind = LTE if name.startswith("lte") else CS
        checkpoints.save(tiny(kind, max_scale=max_scale), tmp_path / f"{name}.safetensors")


@pytest.mark.parametrize(("kind", "options"), OPTIONS)
def test_a_model_comes_back_bit_for_bit(kind, options, tiny, tmp_path):
    model = tiny(kind, **options)
    checkpoints.save(model, tmp_path / "new" / "folder" / "model.safetensors")
    again = checkpoints.load(tmp_path / "new" / "folder" / "model.safetensors")
    assert type(again) is kind
    assert again.config == model.config
    assert not again.training
    for name, weight in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight), name


def test_half_precision_halves_the_file_and_rounds_the_weights(tiny, tmp_path):
    model = tiny(CS)
    checkpoints.save(model, tmp_path / "whole")
    checkpoints.save(model, tmp_path / "half", half=True)
    weights = sum(weight.numel() for weight in model.state_dict().values())
    saving = os.path.getsize(tmp_path / "whole") - os.path.getsize(tmp_path / "half")
    assert saving == pytest.approx(2 * weights, abs=100)
    for name, weight in checkpoints.load(tmp_path / "half").state_dict().items():
        assert torch.equal(weight, model.state_dict()[name].half().float()), name


def test_facts_are_kept_with_the_weights(saved, tiny, tmp_path):
    assert checkpoints.describe(saved) == {"steps": 12, "psnr": {"Set5 x4": 30.5}}
    checkpoints.save(tiny(LTE), tmp_path / "bare")
    assert checkpoints.describe(tmp_path / "bare") == {}


def test_others_may_read_what_the_umask_lets_them(saved):
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o666 & ~umask


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(saved, tiny, full_disk):
    before = saved.read_bytes()
    with full_disk(10_000), pytest.raises(OSError, match="File too large"):
        checkpoints.save(tiny(LTE), saved)
    with pytest.raises(TypeError, match="not JSON serializable"):
        checkpoints.save(tiny(LTE), saved, when=object())
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused(saved, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(share * len(data))])
    with pytest.raises(CheckpointError, match="not a whole fcsr checkpoint"):
        checkpoints.load(saved)


def test_no_flipped_bit_goes_unseen(saved):
    data = saved.read_bytes()
    header = 8 + int.from_bytes(data[:8], "little")
    choice = random.Random(0)
    places = [choice.randrange(header) for _ in range(150)]
    places += [choice.randrange(header, len(data)) for _ in range(50)]
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 1 << choice.randrange(8)
        saved.write_bytes(damaged)
        with pytest.raises(CheckpointError, match=r"model\.safetensors"):
            checkpoints.load(saved)


def test_other_files_are_refused(tiny, tmp_path):
    weights = tiny(LTE).state_dict()
    for path in (foreign := tmp_path / "foreign", pickled := tmp_path / "pickled"):
        path.touch()
    safetensors.torch.save_file(weights, foreign, {"format": "pt"})
    pickled.write_bytes(pickle.dumps(weights))
    for path in (foreign, pickled):
        with pytest.raises(CheckpointError, match="not a whole fcsr checkpoint"):
            checkpoints.load(path)
    with pytest.raises(CheckpointError, match="absent: no such file"):
        checkpoints.read(tmp_path / "absent")


@pytest.mark.parametrize(
    "change",
    [{"model": "SRCNN"}, {"encoder": {"blocks": 2, "features": 8}}, {"prior": False}, {"depth": 9}],
)
def test_weights_that_do_not_fit_their_config_are_refused(change, saved):
    weights, metadata = checkpoints.read(saved)
    metadata["config"] |= change
    checkpoints.write(saved, weights, metadata)
    with pytest.raises(CheckpointError, match="does not fit its own config"):
        checkpoints.load(saved)


@pytest.mark.parametrize(
    "change",
    [
        {"encoder": {"blocks": 10**9, "features": 8}},
        {"encoder": {"blocks": 1, "features": 10**9}},
        {"size": {"width": 10**9, "hidden": [10**9, 10**9]}},
        {"size": {"width": 16, "hidden": [16] * 10**5}},
        {"encoder": {"blocks": "1", "features": 8}},
        {"encoder": {"blocks": 1, "features": -8}},
        {"encoder": None},
        {"max_scale": "4"},
        {"max_scale": -1},
        {"max_scale": 1e-300},
        {"weight": "3000"},
        {"weight": math.nan},
    ],
    ids=lambda change: str(change)[:60],
)
def test_a_config_is_not_believed(change, saved):
    weights, metadata = checkpoints.read(saved)
    metadata["config"] |= change
    checkpoints.write(saved, weights, metadata)
    with pytest.raises(CheckpointError, match=r"model\.safetensors does not fit its own config"):
        checkpoints.load(saved)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "7", "[]", "null", '"config"'])
def test_metadata_that_are_none_are_refused(text, tiny, tmp_path):
    weights = tiny(LTE).state_dict()
    seal = checkpoints._checksum(weights, text)
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file(weights, path, {"fcsr": text, "sha256": seal})
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        checkpoints.load(path)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_weights_that_are_not_finite_are_refused(value, tiny, tmp_path):
    model = tiny(LTE)
    model.state_dict()["encoder.head.bias"][3] = value
    checkpoints.save(model, tmp_path / "diverged")
    with pytest.raises(CheckpointError, match=r"encoder\.head\.bias holds NaN or infinity"):
        checkpoints.load(tmp_path / "diverged")


def test_loading_leaves_random_numbers_as_they_are(saved):
    before = torch.get_rng_state()
    checkpoints.load(saved)
    assert torch.equal(torch.get_rng_state(), before)


def test_names_stand_for_the_best_weights_in_the_package(shelf):
    assert checkpoints.available() == ["cs", "cs-compact", "lte", "lte-compact"]
    sizes = {name: checkpoints.load(name).max_scale for name in checkpoints.available()}
    assert sizes == {"cs": 3.0, "cs-compact": 4.0, "lte": 2.0, "lte-compact": 2.0}


def test_an_unknown_name_is_told_the_known_ones(shelf):
    with pytest.raises(CheckpointError, match=r'"edsr" is neither .* \(cs, cs-compact, lte, lte-'):
        checkpoints.load("edsr")


def test_transfer_copies_all_but_the_heads(tiny):
    source, target = tiny(LTE), tiny(CS)
    for weight in source.state_dict().values():
        weight += 1
    before = {name: weight.clone() for name, weight in target.state_dict().items()}
    copied = checkpoints.transfer(source, target)
    for name, weight in target.state_dict().items():
        if name.startswith(("estimators.0.head.", "prior.")):
            assert name not in copied
            assert torch.equal(weight, before[name]), name
        else:
            assert name in copied
            assert torch.equal(weight, source.state_dict()[name]), name


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
    model = checkpoints.load_official_lte(official)
    [sr] = inference.render(model, image, wanted, progress=False)
    torch.testing.assert_close(sr, expected, rtol=0, atol=1e-5)


def test_published_weights_stay_the_same_when_saved_as_ours(official, tmp_path):
    model = checkpoints.load_official_lte(official)
    checkpoints.save(model, tmp_path / "ours.safetensors")
    again = checkpoints.load(tmp_path / "ours.safetensors")
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
        checkpoints.load_official_lte(tmp_path / "incomplete.pth")


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
        checkpoints.load_official_lte(tmp_path / "evil.pth")
    assert not (tmp_path / "made by the checkpoint").exists()


@pytest.mark.parametrize("load", [checkpoints.load, checkpoints.load_official_lte])
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
        checkpoints.load_official_lte(tmp_path / "wide.pth")
    with (
        zipfile.ZipFile(official) as source,
        zipfile.ZipFile(tmp_path / "squeezed.pth", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
    with pytest.raises(CheckpointError, match="compressed, as torch"):
        checkpoints.load_official_lte(tmp_path / "squeezed.pth")


def test_an_absent_or_empty_published_checkpoint_is_refused(tmp_path):
    (tmp_path / "empty.pth").touch()
    for name in ("absent.pth", "empty.pth"):
        with pytest.raises(CheckpointError, match=name):
            checkpoints.load_official_lte(tmp_path / name)
