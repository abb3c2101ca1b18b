"""One result on every machine: no float64 on a GPU, threads as they are set, the same bytes."""

import hashlib
import os
import subprocess
import sys

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import fcsr
from fcsr import CS, FCS, LTE, Recipe, decoding, frequency, images
from fcsr.errors import FcsrError
from fcsr.frequency import spectra
from fcsr.inference import tiling
from fcsr.models import grid
from fcsr.training import accelerator
from fcsr.utils import device, distributed

READINGS = [(LTE, None), *((kind, way) for kind in (CS, FCS) for way in decoding.NAMED)]


class NoFloat64(TorchDispatchMode):
    """Whatever lies on the device `meta` fails if it is float64, as on Apple's MPS."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor) and tensor.device.type == "meta":
                assert tensor.dtype not in (torch.float64, torch.complex128), func
        return made


@pytest.mark.parametrize(("kind", "decode"), READINGS)
def test_no_float64_where_images_are_upscaled(tiny, kind, decode, monkeypatch):
    # there are no values to look at
    monkeypatch.setattr(tiling, "_check", lambda *_: None)
    monkeypatch.setattr(images.Unpacked, "fill_transparent", lambda self: self)
    image = torch.empty(4, 9, 7, dtype=torch.uint8, device="meta")
    options = {"head": "mixture"} if decode == "component" else {}
    model = tiny(kind, **options).to("meta")
    with NoFloat64():
        sr = fcsr.upscale(image, 2.5, model=model, decode=decode, progress=False)
    assert (sr.device.type, sr.dtype, sr.shape) == ("meta", torch.uint8, (4, 22, 18))


@pytest.mark.parametrize("kind", [LTE, CS, FCS])
def test_no_float64_where_models_are_trained(tiny, kind):
    model = tiny(kind).to("meta")
    lr, hr = (torch.empty(2, 3, side, side, device="meta") for side in (4, 8))
    coord = grid((8, 8), hr.device).flatten(0, 1).expand(2, -1, -1)
    with NoFloat64():
        outputs = model(lr, coord, torch.full_like(coord, 2 / 8))
        targets = (target.flatten(2).transpose(1, 2) for target in model.targets(hr))
        model.loss(outputs, *targets).backward()
    assert all(weight.grad is not None for weight in model.parameters())


@pytest.mark.parametrize("f", frequency.FILTERS.values())
def test_no_float64_where_frequencies_are_parted(f):
    hr = torch.empty(1, 3, 12, 10, device="meta")
    with NoFloat64():
        frequency.split(hr, f())
        spectra.radial_spectrum(hr, bins=4)


def test_accelerates_word_for_the_cpu_is_heeded(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    for word, kind in {"true": "cpu", "false": "cuda"}.items():
        monkeypatch.setenv("ACCELERATE_USE_CPU", word)
        assert device.default_device().type == kind


def test_more_processes_than_gpus_are_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("ACCELERATE_USE_CPU", "false")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    recipe = Recipe("photographs")
    for start in (distributed.Processes, lambda: accelerator.make_accelerator(recipe)):
        with pytest.raises(FcsrError, match=r"2 processes .* with 1 GPU\(s\): launch one"):
            start()
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "1")
    distributed.check_gpus()
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    distributed.check_gpus()


def test_float64_on_a_device_would_be_seen():
    with pytest.raises(AssertionError, match="aten"), NoFloat64():
        torch.empty(3, device="meta").double()


PROGRAM = """
import hashlib, fcsr, torch
image = fcsr.images.sample("chelsea").crop((150, 90, 166, 102))
for threads in (2, 1):
    torch.set_num_threads(threads)
    for model in ("lte-compact", "cs-compact", "fcs-compact"):
        sr = fcsr.upscale(image, 2.7, model=model, progress=False)
        print(torch.get_num_threads(), hashlib.sha256(sr.tobytes()).hexdigest())
"""


def test_the_same_input_gives_the_same_bytes_whatever_the_process_and_threads():
    image = images.sample("chelsea").crop((150, 90, 166, 102))
    here = []
    for model in ("lte-compact", "cs-compact", "fcs-compact"):
        first, again = (fcsr.upscale(image, 2.7, model=model, progress=False) for _ in range(2))
        assert first.tobytes() == again.tobytes()
        here.append(hashlib.sha256(first.tobytes()).hexdigest())
    elsewhere = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"OMP_WAIT_POLICY": "passive"},  # where cores are shared, spinning stalls
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout.split()
    assert elsewhere[::2] == ["2"] * 3 + ["1"] * 3, "as many threads as were asked for"
    assert elsewhere[1::2] == here * 2
