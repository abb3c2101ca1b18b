"""The map of the packages is up to date: its rows, its column of imports, and all names in it."""

import importlib
import re
import runpy
from operator import attrgetter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
script = runpy.run_path(str(ROOT / "scripts" / "architecture.py"))
REMEDY = ".venv/bin/python scripts/architecture.py"

PACKAGES = {
    path.stem
    for path in (ROOT / "fcsr").iterdir()
    if (path / "__init__.py").is_file() or path.suffix == ".py"
} - {"__init__", "__main__"}
ROWS = re.findall(r"^\| \d+ \| .+", PAGE, flags=re.MULTILINE)
STEPS = [row.split(" | ")[1] for row in ROWS]
NAMED = [
    (path, name)
    for step in STEPS
    for path, names in re.findall(r"`([\w/]+)\.py`: ((?:`[\w.]+`(?:, )?)+)", step)
    for name in re.findall("`(.+?)`", names)
]


def test_every_package_has_a_row_a_layer_and_a_box():
    [rows] = script["TABLE"].findall(PAGE)
    assert sorted(re.findall(r"^\| \[`(\w+)`\]", rows, flags=re.MULTILINE)) == sorted(PACKAGES)
    assert {name for row in script["layers"]() for name in row} == PACKAGES
    assert set(script["BOXES"]) == PACKAGES


def test_the_column_of_imports_is_up_to_date():
    [rows] = script["TABLE"].findall(PAGE)
    assert script["table"](rows) == rows, REMEDY


def test_a_column_that_is_not_up_to_date_would_be_found():
    [rows] = script["TABLE"].findall(PAGE)
    old = rows.replace(", `errors` |", " |")
    assert old != rows
    assert script["table"](old) == rows


def test_arrows_lead_down_and_stand_for_all_imports():
    rows = {name: row for row, names in enumerate(script["layers"]()) for name in names}
    below = {name: set() for name in rows}
    for importer, imported in sorted(script["arrows"](), key=lambda pair: -rows[pair[0]]):
        assert rows[importer] < rows[imported]
        below[importer] |= {imported} | below[imported]
    for name, imported in script["imports"]().items():
        assert set(imported) - set(script["EVERYWHERE"]) <= below[name]


def test_both_ways_have_ten_steps_that_name_functions():
    assert len(STEPS) == 20
    assert all("`" in step for step in STEPS) and len(NAMED) > 30


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_the_steps_name_what_is_defined_there(path, name):
    module = f"fcsr.{path.replace('/', '.')}"
    assert attrgetter(name)(importlib.import_module(module)).__module__ == module


def test_the_files_on_the_page_exist():
    linked = re.findall(r"\]\(([^)]+)\)", PAGE)
    written = re.findall(r"`((?:fcsr|tests|benchmarks|scripts|notebooks|figures)/[\w/.]*)`", PAGE)
    in_steps = [f"fcsr/{name}" for name in re.findall(r"`(\w+(?:/\w+)*\.py)`", "\n".join(ROWS))]
    missing = [name for name in linked if not (ROOT / "docs" / name).exists()]
    missing += [n for n in written + in_steps if not (ROOT / n).exists() and "NAME" not in n]
    assert linked and written and in_steps and missing == []
