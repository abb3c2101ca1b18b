"""The course's public address stands in one place; links and the first cells follow from it."""

import ast
import runpy
from pathlib import Path

import nbformat
import pytest

from fcsr.metrics.trunks import TRUNK_COMMAND

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ADDRESS = "https://github.com/someone/a-course"
script = runpy.run_path(str(ROOT / "scripts" / "address.py"))
REMEDY = ".venv/bin/python scripts/address.py"


def cells(path, *addresses) -> list[str]:
    """The sources of a notebook, after the script has written each address in turn."""
    notebook = nbformat.read(path, as_version=4)
    for address in addresses:
        script["notebook"](notebook.cells, path.name, address)
    return [cell.source for cell in notebook.cells]


def beginning(path, *addresses) -> tuple[str, str]:
    """The sources of a notebook's first cell, and of its first cell with code."""
    kinds = [cell.cell_type for cell in nbformat.read(path, as_version=4).cells]
    written = cells(path, *addresses)
    return written[0], written[kinds.index("code")]


@pytest.mark.parametrize("name", script["READMES"])
def test_readmes_have_the_badges_of_the_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert script["readme"](text, script["public_address"]()) == text, REMEDY
    with_badges = script["readme"](text, ADDRESS)
    heading, _, badges, *_ = with_badges.split("\n")
    assert heading.startswith("# ") and badges.startswith("[![Open in Colab]")
    assert script["readme"](with_badges, ADDRESS) == with_badges
    assert script["readme"](with_badges, None) == script["readme"](text, None)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_have_the_links_and_the_guard_of_the_address(path):
    assert cells(path, script["public_address"]()) == cells(path), REMEDY
    first, code = beginning(path, ADDRESS)
    assert f"github/someone/a-course/blob/HEAD/notebooks/{path.name})" in first
    assert f"gh/someone/a-course/HEAD?labpath=notebooks%2F{path.name})" in first
    assert f'address = "{ADDRESS}"' in code
    assert cells(path, ADDRESS, ADDRESS) == cells(path, ADDRESS)
    assert cells(path, ADDRESS, None) == cells(path, None)


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_the_guard_comes_before_what_it_guards_and_does_nothing_here(address):
    _, code = beginning(NOTEBOOKS[0], address)
    names = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import)]
    imports = {alias.name: node.lineno for node in names for alias in node.names}
    assert code.splitlines().index('if find_spec("fcsr") is None:') < imports["fcsr"]
    exec(code, {})  # a call of get_ipython would fail


def test_the_guard_says_what_to_do_where_there_is_no_address():
    guard = script["guard"](None)
    with pytest.raises(ModuleNotFoundError, match="get the whole project, and there, make lab"):
        exec(guard, {"find_spec": lambda name: None})


def test_only_github_can_be_opened_by_colab_and_binder():
    with pytest.raises(SystemExit, match=r"https://github\.com/OWNER/NAME"):
        cells(NOTEBOOKS[0], "https://example.org/a-course")


def test_binder_and_the_guard_bring_the_networks_behind_lpips_and_dists():
    post_build = ROOT / "postBuild"
    assert post_build.stat().st_mode & 0o111, "Binder runs it only if it may be executed"
    assert post_build.read_text(encoding="utf-8").endswith(f"\nexec {TRUNK_COMMAND}\n")
    assert TRUNK_COMMAND.removeprefix("pip ") in script["guard"](ADDRESS)
