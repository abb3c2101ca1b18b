"""What is public is documented, by an example that doctest runs, and all that notebooks import."""

import ast
import importlib
import json
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


def test_the_reference_has_a_page_for_each_public_module_and_fetches_nothing(tmp_path):
    command = [sys.executable, api.__file__, tmp_path]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    pages = {path.relative_to(tmp_path).with_suffix("") for path in tmp_path.rglob("*.html")}
    assert pages == {Path("index"), *(Path(*name.split(".")) for name in api.modules())}
    assert (tmp_path / "search.js").is_file()
    loads = r"""<(?:script|img|link)[^>]+(?:src|href)=["']https?:"""
    assert not [path for path in tmp_path.rglob("*.html") if re.search(loads, path.read_text())]


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
