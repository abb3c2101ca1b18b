"""The files around the package agree with it and with each other."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec

import fcsr
from fcsr.cli.course import NEEDED
from fcsr.metrics.trunks import TRUNK_COMMAND

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OPTIONAL = [Requirement(r) for group in EXTRAS.values() for r in group if r != "fcsr[metrics]"]
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
    citation = read_yaml("CITATION.cff")
    assert citation["version"] == PROJECT["version"] == fcsr.__version__


def test_conda_can_read_the_environment():
    environment = read_yaml("environment.yml")
    conda = [spec for spec in environment["dependencies"] if isinstance(spec, str)]
    names = [MatchSpec(spec, strict=True).name.normalized for spec in conda]
    assert {"python", "pip"} <= set(names)


def test_environment_installs_the_project_with_its_constraints():
    [pip] = [
        spec["pip"] for spec in read_yaml("environment.yml")["dependencies"] if type(spec) is dict
    ]
    assert pip[0] == "-c constraints.txt"
    assert set(Requirement(pip[1].replace("-e .", "fcsr")).extras) == set(EXTRAS)


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
