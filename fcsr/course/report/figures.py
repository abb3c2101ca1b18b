"""Figures for README and papers, taken from the notebooks that draw them.

A code cell whose metadata say `"figure": "NAME"` gives its picture to `figures/NAME.png`, byte
for byte as the notebook shows it: `python -m fcsr.course.report.figures notebooks figures`.
"""

import base64
import sys
from pathlib import Path

from fcsr.errors import FcsrError


def extract(notebook: Path) -> dict[str, bytes]:
    """The PNG of every cell that is marked as a figure, by name.

    Raises:
        FcsrError: a marked cell has not drawn a picture; run the notebook first.
    """
    import nbformat

    figures = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if name := cell.metadata.get("figure"):
            pngs = [o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
            if not pngs:
                raise FcsrError(f'{notebook}: the cell of figure "{name}" shows no picture; run it')
            figures[name] = base64.b64decode(pngs[-1])
    return figures


def main(notebooks: str, figures: str) -> None:
    """Write the figures of all notebooks of a folder."""
    for notebook in sorted(Path(notebooks).glob("*.ipynb")):
        for name, png in extract(notebook).items():
            target = Path(figures) / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(png)
            print(f"{target}: from {notebook}")


if __name__ == "__main__":
    main(*sys.argv[1:])
