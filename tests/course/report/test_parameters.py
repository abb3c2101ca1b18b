"""Which notebook a YAML file is for, and what is refused before anything runs."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from fcsr.course.report import parameters
from fcsr.errors import FcsrError

PARAMETERS = "steps = 4\nrate = 0.1\nname = 'cs'\ndeep = False"


@pytest.fixture
def notebooks(tmp_path):
    cell = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    for name in ("08_axes", "08_axes_more", "09_plain"):
        nbformat.write(new_notebook(cells=[cell]), tmp_path / f"{name}.ipynb")
    return sorted(tmp_path.glob("*.ipynb"))


@pytest.fixture
def written(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_without_files_each_notebook_runs_as_it_is(notebooks):
    runs = parameters.plan(notebooks, [])
    assert [(run.name, run.parameters) for run in runs] == [
        ("08_axes", None),
        ("08_axes_more", None),
        ("09_plain", None),
    ]


@pytest.mark.parametrize(
    ("file", "notebook", "variant"),
    [
        ("08_axes_width.yaml", "08_axes", "width"),
        ("08_axes.yaml", "08_axes", ""),
        ("08_axes_moreover.yaml", "08_axes", "moreover"),
        ("08_axes_more_or_less.yml", "08_axes_more", "or_less"),
    ],
)
def test_a_file_is_for_the_notebook_with_the_longest_name_that_its_own_begins_with(
    file, notebook, variant, notebooks, written
):
    text = "# why\nsteps: 8\nrate: 1.0e-3\nname: fcs\ndeep: true"
    [run] = parameters.plan(notebooks, [written(file, text)])
    assert (run.source.stem, run.variant, run.name) == (notebook, variant, file.split(".")[0])
    assert run.parameters == {"steps": 8, "rate": 1e-3, "name": "fcs", "deep": True}


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("07_axes.yaml", "steps: 8", "is for none of 08_axes, 08_axes_more, 09_plain"),
        ("08_axesandmore.yaml", "steps: 8", "is for none of"),
        ("09_plain.yaml", "steps: 8\nstep: 8\n3: 1", "has '3', 'step', which 09_plain.ipynb does"),
        (
            "09_plain.yaml",
            "steps: 8.0",
            "gives steps the value 8.0, a number, where .* has 4; give",
        ),
        ("09_plain.yaml", "steps: '8'", r"steps the value '8', text .* has 4; give a whole number"),
        (
            "09_plain.yaml",
            "steps: true",
            "steps the value True, true or false, where .* has 4; give",
        ),
        ("09_plain.yaml", "steps: 017", "steps the value '017', text"),
        ("09_plain.yaml", "steps: 1:30", "steps the value '1:30', text"),
        (
            "09_plain.yaml",
            "rate: false",
            "rate the value False, true or false, where .* give a number",
        ),
        ("09_plain.yaml", "deep: 1", "deep the value 1, a whole number, .* give true or false"),
        ("09_plain.yaml", "deep: yes", "deep the value 'yes', text .* give true or false"),
        ("09_plain.yaml", "name: 4", "name the value 4, a whole number, .* give text .in quotes"),
        ("09_plain.yaml", "rate: .inf", "rate the value '.inf', text"),
    ],
)
def test_what_does_not_fit_is_refused(file, text, message, notebooks, written):
    with pytest.raises(FcsrError, match=message) as refused:
        parameters.plan(notebooks, [written(file, text)])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["rate: 1", "rate: 1e-3", "whatever: yes", "whatever: 2"])
def test_what_fits(text, notebooks, written):
    cell = new_code_cell(
        "rate: float = 0.5  # why\nwhatever = 2 * 3", metadata={"tags": ["parameters"]}
    )
    nbformat.write(new_notebook(cells=[cell]), notebooks[-1])
    [run] = parameters.plan(notebooks, [written("09_plain.yaml", text)])
    assert list(run.parameters) == [text.partition(":")[0]]


def test_a_missing_file(notebooks, tmp_path):
    with pytest.raises(FcsrError, match=r"cannot be read as YAML: .*No such file"):
        parameters.plan(notebooks, [tmp_path / "09_plain_x.yaml"])


def test_a_run_given_twice(notebooks, written):
    files = [written("09_plain_x.yaml", "steps: 8"), written("09_plain_x.yml", "steps: 9")]
    with pytest.raises(FcsrError, match=r"x.yml is the second one for 09_plain_x"):
        parameters.plan(notebooks, files)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"nbformat": 4}', '{"cells": 3}', "\0"])
def test_a_notebook_that_is_none(notebooks, written, text):
    notebooks[-1].write_text(text)
    with pytest.raises(FcsrError, match=r"09_plain.ipynb cannot be read"):
        parameters.plan(notebooks, [written("09_plain_x.yaml", "steps: 8")])
