"""No tensor is made on whatever device happens to be the default, but beside those it meets."""

import ast
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch

import fcsr
from fcsr.analysis import variants
from fcsr.metrics import trunks

PACKAGE = Path(__file__).parents[2] / "fcsr"
FACTORIES = re.compile(
    "arange|as_tensor|asarray|empty|empty_strided|eye|fftfreq|full|Generator|linspace|logspace|"
    "normal|ones|rand|randint|randn|randperm|range|rfftfreq|scalar_tensor|sparse_.*|[Tt]ensor|"
    "tri[lu]_indices|zeros|.*_window"
)
OURS = {"grid": 1}  # where each takes its device


def without_device(code: str) -> list[str]:
    """The calls of functions that make tensors on the default device."""
    found = []
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call):
            module, _, name = ast.unparse(call.func).rpartition(".")
            makes = FACTORIES.fullmatch(name) and module in ("torch", "torch.fft")
            makes = makes or (name in OURS and len(call.args) <= OURS[name])
            if makes and not any(keyword.arg == "device" for keyword in call.keywords):
                found.append(f"line {call.lineno}: {ast.unparse(call)}")
    return found


EXERCISES = PACKAGE / "course" / "exercises"  # `check` has all that is made there on the CPU
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.parent != EXERCISES]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_all_factories_name_their_device(path):
    assert not without_device(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "code",
    ["torch.zeros(3)", "torch.Generator('cpu')", "torch.fft.fftfreq(4)", "grid((1, 2))"],
)
def test_one_without_would_be_found(code):
    assert len(without_device(code)) == 1


def test_one_beside_another_tensor_is_none():
    assert not without_device("torch.zeros_like(a), a.new_ones(2), torch.ones(2, device=a.device)")


ON_META = """
import torch
photograph = torch.rand(1, 3, 34, 36)
torch.set_default_device("meta")

import fcsr
from PIL import Image
from fcsr import decoding, frequency, images, metrics, models
from fcsr.training.crops import Crops

for name in ("lte-compact", "cs-compact", "fcs-compact"):
    small = images.to_tensor(images.sample("coffee").crop((0, 0, 9, 8)))
    assert fcsr.upscale(small, 2, model=name, progress=False).isfinite().all()
for mode in ("RGB", "RGBA", "L", "I;16", "P"):
    large = fcsr.upscale(Image.new(mode, (6, 5)), 2, model="lte-compact", progress=False)
    assert large.size == (12, 10)
levels = images.to_levels(photograph)
for picture in (levels, levels.numpy()[0].transpose(1, 2, 0)):
    fcsr.upscale(picture, 1.5, model="bicubic")
assert images.imresize(images.to_pil(photograph), (7, 9)).size == (9, 7)

noisy = metrics.add_noise(photograph, 5)
assert metrics.add_noise_to_psnr(photograph, 30, lambda sr: metrics.psnr(sr, photograph)).any()
for metric in (metrics.psnr, metrics.ssim, metrics.lr_psnr, {perceptual}):
    assert metric(noisy, photograph) > 0
assert metrics.artifact_rate(noisy, photograph).map.device.type == "cpu"
metrics.lattice(torch.rand(1, 3, 64, 64, device="cpu"), 2)

for low_pass in frequency.KINDS:
    low, high = frequency.split(photograph, frequency.low_pass(low_pass, 1.5))
    assert (low + high - photograph).abs().max() < 1e-6
    assert frequency.gain(frequency.low_pass(low_pass, 1.5), 8)[1].isfinite().all()
assert frequency.radial_spectrum(photograph, 4)[1].isfinite().all()
for decode in decoding.NAMED:
    if decode != "component":
        decoding.resolve(decode)(photograph)
generator = torch.Generator(device="cpu")
assert decoding.partial_sample(photograph, 0.5, generator).isfinite().all()

for square in (False, True):
    batch = Crops([levels[0]] * 2, 2, 8, 16, 2.0, 0, square=square)[0]
    assert all(tensor.device.type == "cpu" and tensor.isfinite().all() for tensor in batch)
print("done")
"""


def test_with_another_default_device_all_stays_on_that_of_the_image():
    """Whatever is made on "meta" has no values, and to mix it with others is an error."""
    there = trunks.trunk_path("alex")
    perceptual = "metrics.lpips, metrics.dists" if there else ""
    command = [sys.executable, "-c", ON_META.replace("{perceptual}", perceptual)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.stdout == "done\n", run.stderr


@pytest.mark.parametrize(
    "make",
    [
        fcsr.LTE.compact,
        fcsr.CS.compact,
        partial(fcsr.FCS.compact, head="mixture"),
        partial(variants.FewerCS.compact, allowed=(1, 2)),
        partial(variants.EvenStartCS.compact, head="mixture"),
    ],
)
def test_a_new_model_is_as_all_modules_on_the_default_device(make):
    with torch.device("meta"):
        model = make()
    tensors = [*model.parameters(), *model.buffers()]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
