"""`model.compile()`: the same images, from queries that torch.compile makes faster.

In processes of their own, as a user has them: what is compiled must not hold the checks of shapes
that these tests put into every call.
"""

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch

import fcsr
from fcsr import Recipe, cli
from fcsr.training.accelerator import can_use_cuda_graphs

COMPILER = os.environ.get("CXX", "clang++" if sys.platform == "darwin" else "g++")

SAME = """
import torch
import fcsr
from fcsr import EDSR, LTE
from fcsr.inference import render, tiling
from fcsr.models import EstimatorSize

torch.manual_seed(0)
tiling.TILE = 24
four_passes = LTE(EDSR(blocks=1, features=8), EstimatorSize(32, (32, 32)))
jobs = [(torch.rand(1, 3, 6, 9), (20, 31)), (torch.rand(1, 3, 70, 33), (90, 140))]
for model, decode in ((four_passes, None), (fcsr.load("fcs-compact"), "mean")):
    images = [render(model, *job, [decode])[0] for job in jobs]
    model.compile()
    with torch._dynamo.config.patch(error_on_recompile=True):
        for image, job in zip(images, jobs):
            print((render(model, *job, [decode])[0] - image).abs().max().item())
"""

ROUNDED = """
import fcsr
from fcsr.inference import render

lr = fcsr.images.to_tensor(fcsr.images.sample("coffee").crop((100, 100, 124, 120)))
model = fcsr.load("lte-compact")
[exact] = render(model, lr, (50, 60))
model.set_precision("bfloat16")
model.compile()
print((render(model, lr, (50, 60))[0] - exact).square().mean().item())
model.set_precision("float32")
try:
    render(model, lr, (50, 60))
except fcsr.errors.FcsrError as error:
    print(error)
"""

CHANGED = """
import copy
import torch
from fcsr import EDSR, LTE
from fcsr.errors import FcsrError
from fcsr.inference import render
from fcsr.models import EstimatorSize

torch.manual_seed(0)
model = LTE(EDSR(blocks=1, features=8), EstimatorSize(16, (16,)))
model.compile()
other = copy.deepcopy(model)
with torch.no_grad():
    other.estimators[0].mlp[0].bias.add_(1)
model.load_state_dict(other.state_dict())
image, size = torch.rand(1, 3, 6, 9), (20, 31)
for work in (lambda: render(model, image, size), model.compile):
    try:
        work()
    except FcsrError as error:
        print(error)
again = copy.deepcopy(model)
again.compile()
print((render(again, image, size)[0] - render(other, image, size)[0]).abs().max().item())
"""

WITHOUT = """
import fcsr
model, photograph = fcsr.load("lte-compact"), fcsr.images.sample("coffee").crop((0, 0, 9, 7))
before = fcsr.upscale(photograph, 2, model=model)
try:
    model.compile()
except fcsr.errors.FcsrError as error:
    print(error)
print(fcsr.upscale(photograph, 2, model=model) == before)
"""

TRAINED = """
import sys
import torch
from fcsr import EDSR, FCS, Recipe, models, train
from fcsr.models import EstimatorSize

queries, photographs, *outs = sys.argv[1:]
for out, compile in zip(outs, (False, True)):
    torch.manual_seed(0)
    model = FCS(EDSR(blocks=1, features=8), EstimatorSize(width=16, hidden=(16,)), max_scale=2.0)
    sizes = {"steps": 4, "batch": 2, "lr_size": 12, "val_images": 1, "eval_every": 4}
    recipe = Recipe(photographs, **sizes, queries=int(queries), compile=compile)
    train(model, recipe, out, progress=False)
    [row] = models.describe(f"{out}/model.safetensors")["history"]
    print(row["loss"], row["val_loss"], torch._dynamo.utils.counters["stats"]["unique_graphs"])
"""

ONE_GRAPH = """
import torch
from fcsr import CS, EDSR, FCS, LTE
from fcsr.training import Crops
from fcsr.training import Objective, PerceptualObjective, inputs
from fcsr.models import EstimatorSize

torch.manual_seed(0)
photographs = [torch.randint(256, (3, 160, 160), dtype=torch.uint8)]
batch = Crops(photographs, 2, lr_size=32, queries=4096, max_scale=4.0, seed=0, square=True)[0]
for kind in (LTE, CS, FCS):
    reading = {} if kind is LTE else {"decode": "mean"}
    model = kind(EDSR(blocks=1, features=8), EstimatorSize(16, (16,)), **reading)
    for objective in (Objective(model), PerceptualObjective(model, 1.0, 0.01, 0.01, 0.01)):
        given = inputs(objective, batch)
        traced = torch.compile(objective, backend="eager", fullgraph=True)
        print(objective(*given).item(), traced(*given).item())
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Where these tests find what they have compiled, and nothing else: headers take longest."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(monkeypatch, cache):
    """What a program prints, line by line."""
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(cache))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def lines(*command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return lines


needs_compiler = pytest.mark.skipif(
    not shutil.which(COMPILER),
    reason=f"torch.compile needs a C++ compiler, and {COMPILER} is not here",
)


@needs_compiler
def test_compiled_models_give_the_same_images_at_any_size(run):
    differences = [float(line) for line in run(sys.executable, "-c", SAME)]
    assert len(differences) == 4 and max(differences) < 1e-5


@needs_compiler
def test_what_multiplies_in_bfloat16_can_be_compiled(run):
    """And then it cannot change its precision: what was compiled holds the weights of its time."""
    error, refused = run(sys.executable, "-c", ROUNDED)
    assert 0 < float(error) < 1e-6, "60 dB"
    assert "changed since they were compiled" in refused


@needs_compiler
def test_weights_that_change_after_compiling_are_not_passed_over(run):
    """What is compiled for a CPU holds the weights of its time."""
    *errors, difference = run(sys.executable, "-c", CHANGED)
    assert len(errors) == 2 and all("changed since they were compiled" in e for e in errors)
    assert float(difference) < 1e-5


def test_the_command_compiles_before_it_queries(monkeypatch, tmp_path):
    done = []
    monkeypatch.setattr(fcsr.LTE, "compile", lambda self: done.append("compiled"))
    query = fcsr.LTE.query
    monkeypatch.setattr(fcsr.LTE, "query", lambda *given: done.append("queried") or query(*given))
    source, target = tmp_path / "in.png", tmp_path / "out.png"
    fcsr.images.sample("coffee").crop((0, 0, 40, 30)).save(source)
    options = ("--scale=2", "--model=lte-compact", "--compile")
    cli.app(["upscale", str(source), str(target), *options], standalone_mode=False)
    assert done[:2] == ["compiled", "queried"] and done.count("compiled") == 1
    assert target.exists()


needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")


@pytest.mark.parametrize(
    ("on_cpu", "queries"),
    [
        pytest.param("true", 64, marks=needs_compiler),
        pytest.param("false", 64, marks=needs_gpu, id="with_cuda_graphs"),
        pytest.param("false", 200, marks=needs_gpu, id="more than some crops have pixels"),
    ],
)
def test_a_compiled_training_is_the_same_training(run, monkeypatch, tmp_path, on_cpu, queries):
    monkeypatch.setenv("ACCELERATE_USE_CPU", on_cpu)
    (tmp_path / "photographs").mkdir()
    for name in ("coffee", "chelsea"):
        photograph = fcsr.images.sample(name).crop((0, 0, 90, 80))
        photograph.save(tmp_path / "photographs" / f"{name}.png")
    places = (tmp_path / name for name in ("photographs", "eager", "compiled"))
    lines = run(sys.executable, "-c", TRAINED, str(queries), *map(str, places))
    (*eager, none), (*compiled, graphs) = ([float(n) for n in line.split()] for line in lines)
    assert compiled == pytest.approx(eager, rel=1e-4)
    assert none == 0 < graphs


def test_a_step_is_compiled_as_one_graph(run):
    losses = [
        [float(loss) for loss in line.split()] for line in run(sys.executable, "-c", ONE_GRAPH)
    ]
    assert len(losses) == 6
    for eager, traced in losses:
        assert traced == pytest.approx(eager, rel=1e-5)


def test_without_a_compiler_the_model_is_as_it_was(run, monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))  # where nothing is compiled yet
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CXX", "/nowhere/c++")
    error, same = run(sys.executable, "-c", WITHOUT)
    assert "No working C++ compiler" in error and "leave the compiling out" in error
    assert same == "True"


@pytest.mark.parametrize(
    ("target", "model", "message"),
    [("out.png", "bicubic", "nothing to compile"), ("no/out.png", "lte", "No such file")],
)
def test_what_cannot_be_done_is_said_before_compiling(
    monkeypatch, tmp_path, target, model, message
):
    def compile(self):
        raise AssertionError("compiled in vain")

    monkeypatch.setattr(fcsr.LTE, "compile", compile)
    fcsr.images.sample("coffee").crop((0, 0, 8, 6)).save(tmp_path / "in.png")
    arguments = (tmp_path / "in.png", tmp_path / target, 2)
    with pytest.raises(fcsr.FcsrError, match=message):
        fcsr.inference.upscale_file(*arguments, model=model, compile=True)
    assert [path.name for path in tmp_path.iterdir()] == ["in.png"]


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("kind", ["cpu", "cuda"])
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("sizes", "alike"),
    [
        ({"lr_size": 48, "queries": 2304}, True),
        ({"lr_size": 48, "queries": 2305}, False),
        ({"lr_size": 48, "queries": 9216, "lpips_weight": 1.0}, True),
    ],
)
def test_one_compiled_process_on_a_gpu_is_replayed(
    processes, kind, compiled, sizes, alike, no_contracts
):
    accelerator = SimpleNamespace(num_processes=processes, device=torch.device(kind))
    wanted = (processes, kind, compiled, alike) == (1, "cuda", True, True)
    assert (
        can_use_cuda_graphs(Recipe("photographs", compile=compiled, **sizes), accelerator) == wanted
    )
