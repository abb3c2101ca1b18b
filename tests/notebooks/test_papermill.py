"""Each notebook also runs with parameters that are not its defaults, and shows other results.

`params/NAME.yaml` holds them for the notebook NAME: small ones, because this is a test.
"""

import ast
import re
from pathlib import Path

import nbformat
import papermill
import pytest
import yaml
from nbval.plugin import get_sanitize_patterns

from fcsr import images

HERE = Path(__file__).parent
NOTEBOOKS = sorted((HERE.parents[1] / "notebooks").glob("*.ipynb"))
SANITIZE = HERE / "sanitize.cfg"
IGNORED = "NBVAL_IGNORE_OUTPUT"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


@pytest.fixture
def parameters(path) -> dict:
    file = HERE / "params" / f"{path.stem}.yaml"
    assert file.is_file(), f"give {path.name} other parameters than its own, in {file}"
    return yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.fixture
def tiny_set(tmp_path, monkeypatch) -> None:
    """An image set called Tiny, so that no notebook needs another one."""
    monkeypatch.setenv("FCSR_DATA", str(tmp_path))
    folder = tmp_path / "Tiny" / "HR"
    folder.mkdir(parents=True)
    for name in ("chelsea", "coffee"):
        images.save(images.sample(name).crop((100, 100, 196, 180)), folder / f"{name}.png")


def test_parameters_are_its_own_and_not_its_defaults(path, parameters):
    defaults = {
        name: ast.literal_eval(parameter["default"])
        for name, parameter in papermill.inspect_notebook(path).items()
    }
    assert set(parameters) <= set(defaults)
    assert {name: value for name, value in parameters.items() if value == defaults[name]} == {}


def test_large_settings_are_its_own(path):
    for file in path.parent.glob(f"params/{path.stem}_*.yaml"):
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert set(settings) <= set(papermill.inspect_notebook(path)), file


def test_every_parameter_is_read(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    trees = [ast.parse(cell.source) for cell in cells]
    names = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    assert set(papermill.inspect_notebook(path)) <= read


def test_runs_with_them_and_shows_other_results(path, parameters, tiny_set, tmp_path):
    executed = execute(path, tmp_path, parameters)
    assert results(executed) != results(nbformat.read(path, as_version=4))


def test_the_evaluation_goes_on_where_its_image_set_is_out_of_reach(tmp_path, monkeypatch):
    monkeypatch.delenv("FCSR_DATA", raising=False)
    monkeypatch.setenv("FCSR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nobody listens there
    [path] = (path for path in NOTEBOOKS if path.stem == "06_evaluation")
    executed = execute(path, tmp_path, {})
    printed = [o.get("text", "") for c in executed.cells for o in c.get("outputs", [])]
    assert any("Nothing is measured here: Set5" in text for text in printed)
    committed = nbformat.read(path, as_version=4)
    assert results(executed) == results(committed), "the tables are those of figures/table1.csv"


def execute(path: Path, folder: Path, parameters: dict):
    return papermill.execute_notebook(
        path,
        folder / path.name,
        parameters,
        kernel_name="python3",
        cwd=path.parent,
        progress_bar=False,
        # Else every kernel warns that its loopback connection is not encrypted.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )


def results(notebook) -> str:
    """The text that nbval would compare."""
    cells = [c for c in notebook.cells if c.cell_type == "code" and IGNORED not in c.source]
    outputs = [output for cell in cells for output in cell.outputs]
    # Joined, because a kernel may cut what it prints in other places.
    text = "".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs)
    for pattern, replacement in get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8")):
        text = re.sub(pattern, replacement, text)
    return text
