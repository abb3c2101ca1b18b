"""What is saved is what is loaded, or an error."""

import math
import os
import pickle
import random
import stat
import subprocess
import sys
from dataclasses import dataclass

import fuzz_checkpoints
import pytest
import safetensors.torch
import torch
from limited import refusal

from fcsr import CS, EDSR, FCS, LTE, models, upscale
from fcsr.analysis.variants import AbsoluteFCS
from fcsr.errors import CheckpointError, UndefinedClassError
from fcsr.frequency import Box, LowPass
from fcsr.training.recipe import MOST_VALIDATIONS
from fcsr.utils.files import tensor_files

OPTIONS = [(LTE, {}), (CS, {"prior": False}), (FCS, {"low_pass": Box(1), "shared": False})]


@pytest.fixture
def saved(tiny, tmp_path):
    path = tmp_path / "model.safetensors"
    models.save(tiny(FCS), path, steps=12, psnr={"Set5 x4": 30.5})
    return path


@pytest.mark.parametrize(("kind", "options"), OPTIONS)
def test_a_model_comes_back_bit_for_bit(kind, options, tiny, tmp_path):
    model = tiny(kind, **options)
    models.save(model, tmp_path / "new" / "folder" / "model.safetensors")
    again = models.load(tmp_path / "new" / "folder" / "model.safetensors")
    assert type(again) is kind
    assert again.config == model.config
    assert not again.training
    for name, weight in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight), name


def test_half_precision_halves_the_file_and_rounds_the_weights(tiny, tmp_path):
    model = tiny(CS)
    models.save(model, tmp_path / "whole")
    models.save(model, tmp_path / "half", half=True)
    weights = sum(weight.numel() for weight in model.state_dict().values())
    saving = os.path.getsize(tmp_path / "whole") - os.path.getsize(tmp_path / "half")
    assert saving == pytest.approx(2 * weights, abs=100)
    for name, weight in models.load(tmp_path / "half").state_dict().items():
        assert torch.equal(weight, model.state_dict()[name].half().float()), name


def test_facts_are_kept_with_the_weights(saved, tiny, tmp_path):
    assert models.describe(saved) == {"steps": 12, "psnr": {"Set5 x4": 30.5}}
    models.save(tiny(LTE), tmp_path / "bare")
    assert models.describe(tmp_path / "bare") == {}


def test_others_may_read_what_the_umask_lets_them(saved):
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o666 & ~umask


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(saved, tiny, full_disk):
    before = saved.read_bytes()
    with full_disk(10_000), pytest.raises(OSError, match="File too large"):
        models.save(tiny(LTE), saved)
    with pytest.raises(TypeError, match="not JSON serializable"):
        models.save(tiny(LTE), saved, when=object())
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused(saved, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(share * len(data))])
    with pytest.raises(CheckpointError, match="not a whole fcsr checkpoint"):
        models.load(saved)


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
            models.load(saved)


def test_other_files_are_refused(tiny, tmp_path):
    weights = tiny(LTE).state_dict()
    for path in (foreign := tmp_path / "foreign", pickled := tmp_path / "pickled"):
        path.touch()
    safetensors.torch.save_file(weights, foreign, {"format": "pt"})
    pickled.write_bytes(pickle.dumps(weights))
    for path in (foreign, pickled):
        with pytest.raises(CheckpointError, match="not a whole fcsr checkpoint"):
            models.load(path)
    with pytest.raises(CheckpointError, match="absent: no such file"):
        tensor_files.read(tmp_path / "absent")


@pytest.mark.parametrize(
    "change",
    [{"encoder": {"blocks": 2, "features": 8}}, {"prior": False}, {"depth": 9}],
)
def test_weights_that_do_not_fit_their_config_are_refused(change, saved):
    weights, metadata = tensor_files.read(saved)
    metadata["config"] |= change
    tensor_files.write(saved, weights, metadata)
    with pytest.raises(CheckpointError, match="does not fit its own config"):
        models.load(saved)


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
    weights, metadata = tensor_files.read(saved)
    metadata["config"] |= change
    tensor_files.write(saved, weights, metadata)
    with pytest.raises(CheckpointError, match=r"model\.safetensors does not fit its own config"):
        models.load(saved)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "7", "[]", "null", '"config"'])
def test_metadata_that_are_none_are_refused(text, tiny, tmp_path):
    weights = tiny(LTE).state_dict()
    seal = tensor_files.checksum(weights, text)
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file(weights, path, {"fcsr": text, "sha256": seal})
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        models.load(path)


def test_a_large_header_is_refused_before_it_is_read(tmp_path):
    """By a process that may have 64 MB more; to read this one would take hundreds."""
    text = '{"config": [' + 4_000_000 * "[]," + "[]]}"
    (tmp_path / "large").write_bytes(fuzz_checkpoints.forged({"a": torch.ones(2)}, text))
    assert "bytes; 4,194,304 are the most" in refusal(tmp_path / "large")


def test_headers_of_many_tensors_or_that_lie_are_refused(tmp_path):
    many = {str(number): torch.ones(1) for number in range(80_000)}
    lying = (2**40).to_bytes(8, "little") + fuzz_checkpoints.saved()[8:]
    for data in (fuzz_checkpoints.forged(many, "{}"), lying):
        (tmp_path / "large").write_bytes(data)
        with pytest.raises(CheckpointError, match=r"large is not .* 4,194,304 are the most"):
            models.load(tmp_path / "large")


def test_what_would_not_be_read_is_not_written(tiny, tmp_path):
    row = {"step": 10**9, "loss": 1 / 3, "val_loss": 1 / 3, "val_psnr": 100 / 3}
    models.save(tiny(LTE), tmp_path / "long", history=[row] * MOST_VALIDATIONS)
    assert len(models.describe(tmp_path / "long")["history"]) == MOST_VALIDATIONS
    with pytest.raises(CheckpointError, match=r"longer cannot be written: .* 4,194,304 are"):
        models.save(tiny(LTE), tmp_path / "longer", history=[row] * 4 * MOST_VALIDATIONS)
    assert [path.name for path in tmp_path.iterdir()] == ["long"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_weights_that_are_not_finite_are_refused(value, tiny, tmp_path):
    model = tiny(LTE)
    model.state_dict()["encoder.head.bias"][3] = value
    models.save(model, tmp_path / "diverged")
    with pytest.raises(CheckpointError, match=r"encoder\.head\.bias holds NaN or infinity"):
        models.load(tmp_path / "diverged")


def test_loading_leaves_random_numbers_as_they_are(saved):
    before = torch.get_rng_state()
    models.load(saved)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", sorted(models.available()))
def test_cards_say_what_the_weights_are(name):
    card, model = models.available()[name], models.load(name)
    assert card.parameters == sum(weight.numel() for weight in model.parameters())
    assert card.purpose and 28 < card.psnr < 33 and 0.05 < card.lpips < 0.3
    assert card.megabytes == pytest.approx(2 * card.parameters / 1e6, rel=0.05)  # float16


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(
        CheckpointError,
        match=r'"edsr" is neither .* \(cs, cs-compact, cs-mixture-compact, fcs, fcs-',
    ):
        models.load("edsr")


def test_transfer_copies_all_but_the_heads(tiny):
    source, target = tiny(LTE), tiny(CS)
    for weight in source.state_dict().values():
        weight += 1
    before = {name: weight.clone() for name, weight in target.state_dict().items()}
    copied = models.transfer(source, target)
    for name, weight in target.state_dict().items():
        if name.startswith(("estimators.0.head.", "prior.")):
            assert name not in copied
            assert torch.equal(weight, before[name]), name
        else:
            assert name in copied
            assert torch.equal(weight, source.state_dict()[name]), name


class Tempered(CS):
    """A researcher's own: CS with its logits divided by a temperature."""

    def __init__(self, *arguments, temperature: float = 1.0, **options):
        super().__init__(*arguments, **options)
        self.temperature = temperature

    @property
    def config(self) -> dict:
        return super().config | {"temperature": self.temperature}

    def outputs(self, estimate):
        return super().outputs(estimate) / self.temperature


@dataclass(frozen=True)
class Halves(LowPass):
    """A filter of one's own: half of everything is low."""

    share: float = 0.5

    def __call__(self, image):
        return self.share * image


def test_a_variant_of_ones_own_is_saved_and_loaded(tiny, tmp_path, photograph):
    model = tiny(Tempered, temperature=2.0)
    models.save(model, tmp_path / "own")
    again = models.load(tmp_path / "own")
    assert type(again) is Tempered and again.temperature == 2.0
    image = photograph(6, 5)
    assert torch.equal(upscale(image, 2, model=again), upscale(image, 2, model=model))


def test_the_packages_own_variants_are_saved_and_loaded(tiny, tmp_path):
    models.save(tiny(AbsoluteFCS), tmp_path / "variant")
    assert type(models.load(tmp_path / "variant")) is AbsoluteFCS


def test_a_filter_of_ones_own_is_saved_and_loaded(tiny, tmp_path):
    models.save(tiny(FCS, low_pass=Halves(0.25)), tmp_path / "own")
    assert models.load(tmp_path / "own").low_pass == Halves(0.25)


def test_a_class_of_ones_own_does_not_take_the_place_of_the_packages(tiny, tmp_path):
    type("CS", (CS,), {"__module__": "elsewhere"})
    models.save(tiny(CS), tmp_path / "theirs")
    assert type(models.load(tmp_path / "theirs")) is CS


class WithBuffers(LTE):
    """Batch normalisation, a whole-number buffer, one that is not saved, and a bare tensor."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.norm = torch.nn.BatchNorm2d(2)
        self.register_buffer("table", torch.zeros(3, dtype=torch.long))
        self.register_buffer("fixed", torch.arange(4) / 3, persistent=False)
        self.plain = torch.arange(5)


@pytest.mark.parametrize("half", [False, True])
def test_buffers_come_back_in_their_own_types(half, tiny, tmp_path):
    model = tiny(WithBuffers)
    model.norm.num_batches_tracked += 70_000  # beyond float16
    model.table += torch.tensor([1, 2, 70_001])
    models.save(model, tmp_path / "own", half=half)
    before = torch.get_rng_state()
    again = models.load(tmp_path / "own")
    assert torch.equal(torch.get_rng_state(), before)
    for name, buffer in model.named_buffers():
        assert again.get_buffer(name).dtype == buffer.dtype
        assert torch.equal(again.get_buffer(name), buffer), name
    assert torch.equal(again.plain, model.plain)


@pytest.mark.parametrize(("name", "dtype"), [("table", torch.int32), ("table", torch.float32)])
def test_a_buffer_of_another_type_is_refused(name, dtype, tiny, tmp_path):
    models.save(tiny(WithBuffers), tmp_path / "own")
    weights, metadata = tensor_files.read(tmp_path / "own")
    tensor_files.write(tmp_path / "own", weights | {name: weights[name].to(dtype)}, metadata)
    with pytest.raises(CheckpointError, match=f"{name} holds {dtype} instead of torch.int64"):
        models.load(tmp_path / "own")


def test_a_model_too_large_for_its_file_is_not_made_for_its_buffers(tiny, tmp_path):
    models.save(tiny(WithBuffers), tmp_path / "own")
    weights, metadata = tensor_files.read(tmp_path / "own")
    metadata["config"]["size"]["width"] = 10**9
    tensor_files.write(tmp_path / "own", weights, metadata)
    with pytest.raises(CheckpointError, match="size mismatch"):
        models.load(tmp_path / "own")


class Forgetful(CS):
    """Its option is missing from its config."""

    def __init__(self, encoder, size, max_scale=4.0, t=1.0, **options):
        super().__init__(encoder, size, max_scale, **options)
        self.t = t


class Complex(Tempered):
    """Its option is no plain value."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.temperature = torch.tensor(2.0)


class Stubborn(Tempered):
    """It changes what it is given."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.temperature += 1


class Closed(CS):
    """It does not take what its parent's config holds."""

    def __init__(self, encoder, size):
        super().__init__(encoder, size)


class Posing(CS):
    """It says that it is another."""

    @property
    def config(self):
        return super().config | {"model": "CS"}


class Tied(CS):
    """It has one layer under two names."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.twin = self.estimators[0].phase


class Grown(CS):
    """It may have more weights than its config says."""

    def grow(self):
        self.more = torch.nn.Linear(2, 2)
        return self


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda tiny: tiny(Forgetful), "Forgetful cannot be saved: add 't'.* to config"),
        (lambda tiny: tiny(Complex), "'temperature' in config must be a number.*Tensor"),
        (lambda tiny: tiny(Stubborn), "a model made from config has another temperature"),
        (lambda tiny: Closed(EDSR(1, 8), models.EstimatorSize(4, (4,))), "argument 'max_scale'"),
        (lambda tiny: tiny(Posing), "another class"),
        (lambda tiny: tiny(Tied), "some of its weights are the same tensor"),
        (lambda tiny: tiny(Grown).grow(), r"another more\.weight, more\.bias"),
    ],
    ids=["forgotten", "not plain", "changed", "not taken", "class", "tied", "weights"],
)
def test_what_could_not_be_loaded_is_not_saved(make, problem, tiny, tmp_path):
    with pytest.raises(CheckpointError, match=problem):
        models.save(make(tiny), tmp_path / "own")
    assert not any(tmp_path.iterdir())


def test_a_class_of_a_function_is_not_saved(tiny, tmp_path):
    class Local(CS):
        pass

    @dataclass(frozen=True)
    class LocalFilter(Halves):
        pass

    for model in (tiny(Local), tiny(FCS, low_pass=LocalFilter())):
        with pytest.raises(CheckpointError, match="at the top level of a module or script"):
            models.save(model, tmp_path / "own")


def test_a_class_of_the_same_name_elsewhere_is_not_taken(tiny, tmp_path):
    models.save(tiny(Tempered), tmp_path / "own")
    weights, metadata = tensor_files.read(tmp_path / "own")
    metadata["config"]["model"] = "theirs.Tempered"
    tensor_files.write(tmp_path / "own", weights, metadata)
    with pytest.raises(UndefinedClassError, match="from theirs import Tempered"):
        models.load(tmp_path / "own")


SAVING = """
import fcsr
from fcsr.models import save

class Own(fcsr.CS):
    pass

save(Own.compact(), "own.safetensors")
"""


def run(code, folder):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_an_undefined_class_says_which_import_is_missing(tmp_path):
    (tmp_path / "variants.py").write_text(SAVING)
    assert run("import variants", tmp_path).returncode == 0
    unknown = run("import fcsr; fcsr.load('own.safetensors')", tmp_path)
    assert "variants.Own is not defined here; import it first: from variants import Own" in (
        unknown.stderr
    )
    known = "import fcsr, variants; assert type(fcsr.load('own.safetensors')) is variants.Own"
    assert run(known, tmp_path).returncode == 0


def test_what_a_script_saved_is_loaded_where_its_class_is_imported(tmp_path):
    (tmp_path / "variants.py").write_text(SAVING)
    assert run(SAVING, tmp_path).returncode == 0  # as __main__
    unknown = run("import fcsr; fcsr.load('own.safetensors')", tmp_path)
    assert "__main__.Own is not defined here; run the script" in unknown.stderr
    known = "import fcsr, variants; assert type(fcsr.load('own.safetensors')) is variants.Own"
    assert run(known, tmp_path).returncode == 0
