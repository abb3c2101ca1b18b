"""What is public is documented, by an example that doctest runs, and all that notebooks import."""

import ast
import html
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import api
import pytest

import fcsr

ROOT = Path(__file__).parents[2]
CALLABLES = {name: v for name, v in api.names().items() if not isinstance(v, ModuleType)}
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("name", CALLABLES)
def test_public_names_have_a_docstring_with_an_example(name):
    docstring = CALLABLES[name].__doc__ or ""
    assert docstring.strip(), f"{name} has no docstring"
    assert ">>>" in docstring, f"{name} shows no example"


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, api.__file__, folder]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return {page.relative_to(folder): page.read_text() for page in folder.rglob("*.*")}


def test_the_reference_has_a_page_for_each_public_module_and_fetches_nothing(reference):
    pages = {Path(*name.split(".")).with_suffix(".html") for name in api.modules()}
    assert reference.keys() == pages | {Path("index.html"), Path("search.js")}
    loads = r"""<(?:script|img|link)[^>]+(?:src|href)=["']https?:"""
    assert not [page for page, text in reference.items() if re.search(loads, text)]


def test_links_of_the_reference_lead_somewhere(reference):
    anchors = {page: re.findall(r'id="([^"]+)"', text) for page, text in reference.items()}
    for page, text in reference.items():
        for link in re.findall(r'href="([^":$]*)"', text):
            target, _, anchor = link.partition("#")
            target = Path(os.path.normpath(page.parent / target)) if target else page
            assert target in anchors and (not anchor or anchor in anchors[target]), (page, link)


def test_the_reference_says_what_is_inherited_and_what_fields_are_for(reference):
    assert 'id="CS.compact"' in reference[Path("fcsr/models.html")]
    text = re.sub(r"<[^>]+>", "", reference[Path("fcsr/training.html")])
    assert "lr: Adam's learning rate at its peak" in html.unescape(text)
    assert not [p for p, text in reference.items() if "Initialize internal Module" in text]


def test_the_reference_explains_constants_and_leaves_out_imported_ones(reference):
    metrics, figure = (
        reference[Path("fcsr", f"{n}.html")] for n in ("metrics", "course/drawing/figure1")
    )
    assert "The input range that LPIPS expects" in metrics and 'id="LPIPS_MIN_SIDE"' in metrics
    assert 'id="ZERO_RESIDUAL"' not in figure and 'id="STEP"' not in figure
    assert "ZERO_RESIDUAL" not in api.listed(fcsr.course.figure1)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_use_public_names_only(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    nodes = [node for source in code for node in ast.walk(ast.parse(source))]
    modules = {"fcsr": fcsr} if any("import fcsr\n" in source for source in code) else {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "fcsr":
            package = importlib.import_module(node.module)
            assert {name.name for name in node.names} <= public(package), ast.unparse(node)
            found = {name.asname or name.name: getattr(package, name.name) for name in node.names}
            modules |= {name: v for name, v in found.items() if isinstance(v, ModuleType)}
    assert modules
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module is not None and not hasattr(type(module), node.attr):
                assert node.attr in public(module), ast.unparse(node)


def public(module: ModuleType) -> set[str]:
    assert module.__name__ in api.modules()
    return {*api.listed(module), "__version__"}
