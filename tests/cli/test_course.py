"""The course from the shell: a report of its notebooks, and JupyterLab."""

import subprocess
import sys

import nbformat
import pytest
import typer
from command import fcsr

from fcsr.cli import course


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


def test_report_and_lab_name_an_empty_folder(tmp_path):
    for verb in ("report", "lab"):
        run = fcsr(verb, "--notebooks", tmp_path)
        assert run.returncode == 2
        assert f"{tmp_path} holds no notebooks" in run.stderr
        assert "--notebooks FOLDER" in run.stderr


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
