"""The page that runs the models in a browser, to which the report's index leads."""

import os
from dataclasses import dataclass
from pathlib import Path

from fcsr.course.report.page import pictures
from fcsr.course.report.site import INDEX
from fcsr.errors import FcsrError

NAME = "live"  # of its folder, beside that of the report, and of its screenshot


@dataclass(frozen=True)
class LivePage:
    """Where it is, as seen from the report, and what it looks like."""

    file: str
    folder: str
    picture: str | None  # a data URI


def find_live_page(out: Path, notebooks: Path) -> LivePage | None:
    """The page, if `make live` has built it beside a report.

    Args:
        out: folder of the report.
        notebooks: of the report; the folder above has `figures/live.png`, the screenshot.

    >>> from pathlib import Path
    >>> from fcsr.course.report.live_page import find_live_page
    >>> find_live_page(Path("nowhere/report"), Path("notebooks"))
    """
    page = out.parent / NAME / INDEX
    if not page.is_file():
        return None
    try:
        picture = pictures.embed(f"../figures/{NAME}.png", "image", notebooks, {})
    except FcsrError:
        picture = None
    file = Path(os.path.relpath(page, out)).as_posix()
    return LivePage(file, os.path.relpath(page.parent), picture)
