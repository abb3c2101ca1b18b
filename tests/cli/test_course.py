"""The course from the shell: a report of its notebooks, and JupyterLab."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import typer
from command import fcsr

from fcsr.cli import course
from fcsr.course import material
from fcsr.errors import FcsrError


def test_report_runs_a_folder_of_notebooks(tmp_path):
    cells = [nbformat.v4.new_markdown_cell("# One"), nbformat.v4.new_code_cell("1 / 0")]
    (tmp_path / "course").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "course" / "00_one.ipynb")
    run = fcsr("report", "--notebooks", tmp_path / "course", "--out", tmp_path / "pages")
    assert run.returncode == 1
    assert "ZeroDivisionError" in (tmp_path / "pages" / "index.html").read_text()


def test_report_runs_what_files_of_parameters_are_for(tmp_path):
    (tmp_path / "course").mkdir()
    parameters = nbformat.v4.new_code_cell("depth = 1", metadata={"tags": ["parameters"]})
    cells = [parameters, nbformat.v4.new_code_cell("print('depth', depth)")]
    for name in ("00_one", "01_two"):
        notebook = nbformat.v4.new_notebook(cells=cells)
        nbformat.write(notebook, tmp_path / "course" / f"{name}.ipynb")
    (tmp_path / "01_two_deep.yaml").write_text("depth: 9")
    options = ("--notebooks", "course", "--out", "pages", "--params", "01_two_deep.yaml")
    run = fcsr("report", *options, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "depth 9" in (tmp_path / "pages" / "01_two_deep.html").read_text()
    assert not (tmp_path / "pages" / "00_one.html").exists()
    run = fcsr("report", *options, "--params", "02_three.yaml", cwd=tmp_path)
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert "02_three.yaml is for none of 00_one, 01_two" in run.stderr


def test_report_and_lab_say_how_to_get_a_course(tmp_path, monkeypatch):
    for verb in ("report", "lab"):
        run = fcsr(verb, "--notebooks", tmp_path)
        assert run.returncode == 2
        assert f"{tmp_path} holds no notebooks" in run.stderr
        assert "fcsr course FOLDER" in run.stderr and "--notebooks FOLDER" in run.stderr
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FcsrError, match=f"{tmp_path} holds no notebooks; .* fcsr course FOLDER"):
        course.find(None)


def test_the_folder_notebooks_goes_before_this_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "00_one.ipynb").touch()
    assert course.find(None) == Path()
    (tmp_path / "notebooks").mkdir()
    assert course.find(None) == Path()  # which holds some
    (tmp_path / "notebooks" / "00_one.ipynb").touch()
    assert course.find(None) == Path("notebooks")
    assert course.find(tmp_path) == tmp_path


def test_course_is_copied_and_nothing_is_replaced_unasked(tmp_path):
    folder = tmp_path / "a" / "course"
    run = fcsr("course", folder)
    assert run.returncode == 0, run.stderr
    assert f"{folder}: the course" in run.stdout
    assert fcsr("course", folder).returncode == 0, "as it is: what was interrupted can go on"
    first, table = folder / "notebooks" / "00_quickstart.ipynb", folder / "figures" / "table1.csv"
    original = first.read_bytes()
    first.write_text("my notes")
    table.unlink()
    run = fcsr("course", folder)
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert f"{first} would be replaced" in run.stderr and "--overwrite" in run.stderr
    assert first.read_text() == "my notes" and not table.exists()
    assert fcsr("course", folder, "--overwrite").returncode == 0
    assert first.read_bytes() == original and table.exists()


def test_course_for_students_has_no_solution(tmp_path):
    run = fcsr("course", tmp_path / "student", "--edition", "student")
    assert run.returncode == 0, run.stderr
    assert fcsr("course", tmp_path / "all").returncode == 0
    texts = [
        "".join(path.read_text() for path in sorted((tmp_path / folder).glob("notebooks/*.ipynb")))
        for folder in ("student", "all")
    ]
    assert "### Solution 1" not in texts[0] and "## Exercises" in texts[0]
    holes = [text.count("write this function") for text in texts]  # exercises have some, too
    assert holes[0] - holes[1] == texts[1].count("### BEGIN SOLUTION") > 0
    run = fcsr("course", tmp_path / "other", "--edition", "parents")
    assert run.returncode == 2 and "'complete', 'student', 'teacher'" in run.stderr


def test_a_package_without_its_course_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(material, "root", lambda: tmp_path)
    with pytest.raises(FcsrError, match="came without the course"):
        course.course(tmp_path / "course")
    assert not (tmp_path / "course").exists()


def test_course_says_where_it_cannot_be_written(tmp_path):
    (tmp_path / "notebooks").touch()
    run = fcsr("course", tmp_path)
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert "cannot be written (File exists)" in run.stderr


@pytest.mark.parametrize(("user", "flags"), [(0, ["--allow-root"]), (1000, [])])
def test_lab_runs_for_root_too(monkeypatch, tmp_path, user, flags):
    commands = []

    def run(command):
        commands.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(course.subprocess, "run", run)
    monkeypatch.setattr(course.os, "geteuid", lambda: user)
    (tmp_path / "00_one.ipynb").touch()
    with pytest.raises(typer.Exit) as left:
        course.lab(tmp_path)
    assert left.value.exit_code == 3
    kernels = "--ServerApp.kernel_spec_manager_class=fcsr.course.kernels.ThisInterpreter"
    assert commands == [[sys.executable, "-m", "jupyterlab", str(tmp_path), kernels, *flags]]
