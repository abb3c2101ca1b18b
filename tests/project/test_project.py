"""The files around the package agree with it and with each other."""

import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder
from packaging.licenses import canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec

import fcsr
from fcsr.cli.course import NEEDED
from fcsr.metrics.trunks import TRUNK_COMMAND

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OPTIONAL = [Requirement(r) for group in EXTRAS.values() for r in group if not r.startswith("fcsr[")]
DIRECT = [*map(Requirement, PROJECT["dependencies"]), *OPTIONAL]


def read_yaml(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pins() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in found}


def version_of(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_constraints_pin_what_the_project_asks_for(requirement, pins):
    pin = pins[canonicalize_name(requirement.name)]
    assert version_of(pin) in requirement.specifier


def test_constraints_are_exact_and_fit_every_machine(pins):
    # torch==2.13.0 takes the CPU build where there is one; torch==2.13.0+cpu exists nowhere else.
    odd = [
        str(p) for p in pins.values() if not re.fullmatch(r"==[0-9][0-9a-z.]*", str(p.specifier))
    ]
    assert odd == []


def test_constraints_pin_the_networks_behind_lpips_and_dists(pins):
    name, version = TRUNK_COMMAND.split()[-1].split("==")
    assert version_of(pins[name]) == version


def test_wheel_holds_the_whole_package():
    inside = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    files = (path for path in (ROOT / "fcsr").rglob("*") if path.is_file())
    package = {f.relative_to(ROOT).as_posix() for f in files if "__pycache__" not in f.parts}
    assert package == inside


def test_weights_have_their_cards():
    weights = {path.stem for path in (ROOT / "fcsr" / "weights").glob("*.safetensors")}
    cards = {path.stem for path in (ROOT / "fcsr" / "weights").glob("*.md")}
    assert weights
    assert weights == cards


def test_versions_agree():
    """Of what is built, the version is `fcsr.__version__`, as `test_wheel` finds in its name."""
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)$", changes, flags=re.MULTILINE)[1]
    notebooks = [path.read_text(encoding="utf-8") for path in ROOT.glob("notebooks/*.ipynb")]
    printed = {re.search(r'"fcsr (\S+), threads: \d+', text)[1] for text in notebooks}
    citation = read_yaml("CITATION.cff")["version"]
    assert {citation, newest, *printed} == {fcsr.__version__}


def test_the_licence_names_the_terms_of_the_weights_and_the_font():
    expression = PROJECT["license"]
    assert canonicalize_license_expression(expression) == expression
    *_, reference = expression.split(" AND ")
    texts = [path for pattern in PROJECT["license-files"] for path in ROOT.glob(pattern)]
    assert len(texts) == len(expression.split(" AND ")) == len(PROJECT["license-files"])
    assert (ROOT / "fcsr" / "weights" / "LICENSE.txt").read_text().startswith(reference)


def test_links_of_the_readme_lead_into_the_repository_once_it_has_an_address():
    build = runpy.run_path(str(ROOT / "hatch_build.py"))["with_absolute_links"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    built = build(text, "https://github.com/someone/a-course/")
    targets = re.findall(r"\]\(([^)]+)\)", built)
    assert len(targets) == len(re.findall(r"\]\(", text)) > 20
    start = "https://github.com/someone/a-course/"
    assert all(re.match(r"https?:|#", target) for target in targets)
    files = [target.removeprefix(start) for target in targets if target.startswith(start)]
    assert {"raw/HEAD/figures/quickstart.png", "blob/HEAD/CONTRIBUTING.md"} <= set(files)
    assert not [f for f in files if not (ROOT / re.sub("^(raw|blob)/HEAD/", "", f)).exists()]


def test_actions_are_pinned_by_commit():
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    uses = re.findall(r"uses: (.+)", workflow)
    assert len(uses) == 4
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", use) for use in uses)


def test_conda_can_read_the_environment():
    environment = read_yaml("environment.yml")
    conda = [spec for spec in environment["dependencies"] if isinstance(spec, str)]
    names = [MatchSpec(spec, strict=True).name.normalized for spec in conda]
    assert {"python", "pip"} <= set(names)


def test_environment_has_all_that_the_project_asks_for():
    *conda, pip = read_yaml("environment.yml")["dependencies"]
    [project] = pip["pip"]
    assert set(Requirement(project.replace("-e .", "fcsr")).extras) == set(EXTRAS)
    here = [r for r in DIRECT if r.marker is None or r.marker.evaluate({"sys_platform": "linux"})]
    wanted = {canonicalize_name(r.name): str(r.specifier) for r in here}
    renamed = {"pytorch": "torch", "matplotlib-base": "matplotlib"}
    found = {}
    for spec in map(MatchSpec, conda):
        name = spec.name.normalized
        found[renamed.get(name, name)] = str(spec.version or "")
    assert found.pop("python") and "pip" in found and found.pop("pip") == ""
    assert found.items() <= wanted.items()
    assert wanted.keys() - found.keys() == {"dists-pytorch", "lpips", "math-core", "playwright"}


@pytest.fixture
def make(tmp_path):
    """`make("report TORCH=cpu")`: what make would do in a folder where nothing is installed."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)

    def dry_run(arguments: str, made_with: str | None = None) -> subprocess.CompletedProcess:
        if made_with is not None:
            (tmp_path / ".venv").mkdir(exist_ok=True)
            (tmp_path / ".venv" / ".installed").write_text(f"{made_with}\n")
            os.utime(tmp_path / ".venv" / ".installed", (0, 0))  # before a pin was raised
        # without what `make test` hands on to every make
        theirs = ("TORCH", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
        outside = {name: value for name, value in os.environ.items() if name not in theirs}
        command = ["make", "--dry-run", *arguments.split()]
        return subprocess.run(
            command, cwd=tmp_path, env=outside, capture_output=True, text=True, timeout=60
        )

    return dry_run


def test_torch_for_cpus_is_one_word(make):
    index = "--extra-index-url https://download.pytorch.org/whl/cpu"
    usual, small = make("report").stdout, make("report TORCH=cpu").stdout
    assert "6 GB" in usual and "whl" not in usual and "echo  > .venv/.installed" in usual
    assert small.count(index) == 1 and "6 GB" not in small and "echo cpu > .venv" in small
    lines = [set(text.replace(index, "").splitlines()) for text in (usual, small)]
    assert len(lines[0] ^ lines[1]) == 4, "the size, and what .venv remembers"
    here = [ROOT / "Makefile", ROOT / "pyproject.toml", *ROOT.glob("*.md"), *ROOT.glob("*/*.md")]
    texts = [path.read_text(encoding="utf-8") for path in here]
    assert sum(text.count("download.pytorch.org/whl") for text in texts) == 1


def test_the_environment_remembers_its_torch(make):
    usual, small = make("report").stdout, make("report TORCH=cpu").stdout
    assert usual != small
    assert make("report", made_with="cpu").stdout == small
    assert make("report", made_with="").stdout == usual
    for other, made_with in (("TORCH=cpu", ""), ("TORCH=", "cpu")):
        run = make(f"report {other}", made_with=made_with)
        assert run.returncode == 2 and "rm -rf .venv" in run.stderr


def test_another_torch_is_refused(make):
    run = make("report TORCH=cuda")
    assert run.returncode == 2 and run.stdout == ""
    assert "TORCH=cuda: give TORCH=cpu, or leave it out" in run.stderr


def test_docker_builds_from_what_is_here_and_leaves_out_what_is_made():
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert '\nCMD ["make", "report"]\n' in docker and "make .venv/.installed TORCH=cpu" in docker
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".venv", "build"} <= set(ignored)


def test_fcsr_imports_without_what_only_notebooks_and_tests_need():
    needless = {requirement.name.replace("-", "_") for requirement in OPTIONAL}
    needless -= {"jinja2", "packaging"}  # torch and accelerate need them
    blocked = "import sys; sys.modules.update(dict.fromkeys(sys.argv[1:])); import fcsr, fcsr.cli"
    subprocess.run([sys.executable, "-c", blocked, *sorted(needless)], check=True, timeout=120)


def test_report_and_lab_ask_for_all_that_notebooks_need():
    wanted = [Requirement(r).name for r in EXTRAS["notebooks"] + EXTRAS["metrics"]]
    found = packages_distributions()
    asked = {canonicalize_name(found[package][0]) for package in NEEDED}
    assert asked == {canonicalize_name(name) for name in wanted} - {"fcsr"}


def test_files_that_texts_name_are_there():
    texts = [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("notebooks/*.ipynb")]
    texts += ROOT.glob("fcsr/weights/*.md")
    named = {
        (text.name, path)
        for text in texts
        for path in re.findall(r"`((?:fcsr|tests|benchmarks|scripts)/[\w/.-]+)`", text.read_text())
    }
    assert len(named) > 50
    lost = [pair for pair in named if not (ROOT / pair[1].rstrip("/.")).exists()]
    assert not [(text, path) for text, path in lost if "NAME" not in path]


def test_the_korean_readme_has_all_commands_and_links_of_the_english_one():
    english, korean = (readme_parts(name) for name in ("README.md", "README.ko.md"))
    assert korean["code"] == english["code"]
    assert sorted(korean["links"]) == sorted(english["links"])


def readme_parts(name: str) -> dict[str, list[str]]:
    """What must not depend on the language: code but its comments, and the targets of links."""
    text = (ROOT / name).read_text(encoding="utf-8")
    code = "".join(re.findall(r"^```\w+\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))
    return {
        "code": [line.split("  #")[0].rstrip() for line in code.splitlines()],
        "links": re.findall(r"\]\((?!README)([^)]+)\)", text),
    }
