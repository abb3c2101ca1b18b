"""Put the project's public address where readers start: `.venv/bin/python scripts/address.py`.

The address is `Repository` of `[project.urls]` in pyproject.toml, a repository on GitHub. With it,
the READMEs carry badges, each notebook links to itself on Colab and on Binder, and its first cell
brings the course where fcsr is not installed. Without it there are no links, for they would be
dead, and that cell says what to do.
"""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

import nbformat

from fcsr.metrics.trunks import TRUNK_COMMAND

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ko.md")
COLAB, BINDER = "https://colab.research.google.com", "https://mybinder.org"
LINKS = re.compile(rf"^\[.*(?:{COLAB}|{BINDER}).*\n\n", re.MULTILINE)
GUARD = re.compile(r'^if find_spec\("fcsr"\) is None:\n(?: {4}.*\n)+', re.MULTILINE)


def public_address() -> str | None:
    """The `Repository` of pyproject.toml, without a slash at its end; None if it has none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = project.get("urls", {}).get("Repository")
    return address and address.removesuffix("/")


def readme(text: str, address: str | None) -> str:
    """A README with the badges of notebook 00, or without any."""
    colab, binder = _links(address, "00_quickstart.ipynb") if address else ("", "")
    badges = (
        f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]({colab}) "
        f"[![Open in Binder]({BINDER}/badge_logo.svg)]({binder})"
    )
    return _under_heading(text, address and badges)


def notebook(cells: list, name: str, address: str | None) -> None:
    """Write the links and the guard into the first cells of the notebook `name`, in place."""
    colab, binder = _links(address, name) if address else ("", "")
    # No badges: a page of the report loads nothing from the network.
    links = f"[Open in Colab]({colab}) · [Open in Binder]({binder})"
    cells[0].source = _under_heading(cells[0].source, address and links)
    first = next(cell for cell in cells if cell.cell_type == "code")
    first.source, found = GUARD.subn(lambda _: guard(address), first.source)
    assert found == 1, f"{name}: the first code cell must check that fcsr is installed"


def guard(address: str | None) -> str:
    """What the first code cell does where fcsr is not installed, as on Colab."""
    if address is None:
        message = "fcsr is not installed: get the whole project, and there, make lab"
        lines = [f'raise ModuleNotFoundError("{message}")']
    else:
        lines = [
            f'address = "{address}"',
            'get_ipython().system(f"git clone -q --depth 1 {address} course")',
            'get_ipython().run_line_magic("pip", "install -q ./course[notebooks]")',
            f'get_ipython().run_line_magic("pip", "{TRUNK_COMMAND.removeprefix("pip ")}")',
            'get_ipython().run_line_magic("cd", "-q course/notebooks")',
        ]
    return 'if find_spec("fcsr") is None:\n' + "".join(f"    {line}\n" for line in lines)


def _links(address: str, name: str) -> tuple[str, str]:
    github, repository = address[:19], address[19:]
    if github != "https://github.com/":
        raise SystemExit(f"{address}: Colab and Binder open https://github.com/OWNER/NAME")
    path = f"notebooks/{name}"
    binder = f"{BINDER}/v2/gh/{repository}/HEAD?labpath={quote(path, safe='')}"
    return f"{COLAB}/github/{repository}/blob/HEAD/{path}", binder


def _under_heading(text: str, line: str | None) -> str:
    text = LINKS.sub("", text, count=1)
    return text.replace("\n\n", f"\n\n{line}\n\n", 1) if line else text


def main() -> None:
    address = public_address()
    for path in (ROOT / name for name in READMES):
        path.write_text(readme(path.read_text(encoding="utf-8"), address), encoding="utf-8")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        content = nbformat.read(path, as_version=4)
        notebook(content.cells, path.name, address)
        nbformat.write(content, path)


if __name__ == "__main__":
    main()
