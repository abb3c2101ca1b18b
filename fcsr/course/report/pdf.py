"""An installed Chromium or Chrome: found, kept off the network, and made to print."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from fcsr.errors import FcsrError
from fcsr.utils.files import atomic_write

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    # where macOS and Windows have them, off the PATH
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
FLAGS = (
    # No network requests of the browser's own.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # which containers keep small
    # Its sandbox refuses root.
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
)
TIMEOUT_S = 600  # seconds for a whole course, on two cores that are busy with something else


class NoBrowserError(FcsrError):
    """None of the browsers is installed that could print.

    Example:
        >>> from fcsr.course.report import pdf
        >>> def browser():
        ...     try:
        ...         return pdf.find()
        ...     except pdf.NoBrowserError:
        ...         return "none"
    """


def find() -> str:
    """The path of the first browser that is installed.

    Raises:
        NoBrowserError: there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowserError(f"there is no browser: none of {', '.join(NAMES)} is installed")
    return found


def to_pdf(page: Path, target: Path) -> None:
    """Print a web page, by its own print stylesheet, with an outline of its headings.

    What the browser needs to keep meanwhile lies beside the page.

    Raises:
        NoBrowserError: there is no browser.
        FcsrError: it has printed nothing, or half of it.
    """
    browser = find()
    with atomic_write(target) as draft, TemporaryDirectory(dir=page.parent) as profile:
        command = [browser, "--headless", *FLAGS, f"--user-data-dir={Path(profile).resolve()}"]
        command += ["--no-pdf-header-footer", "--generate-pdf-document-outline"]
        command += [f"--print-to-pdf={draft.resolve()}", page.resolve().as_uri()]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            raise FcsrError(f"{browser} printed nothing within {TIMEOUT_S} s") from None
        if not draft.is_file():
            raise FcsrError(f"{browser} printed nothing, and said:\n{done.stderr.strip()}")
        if not _is_whole(draft):
            raise FcsrError(f"{browser} printed half of it, and said:\n{done.stderr.strip()}")


def _is_whole(path: Path) -> bool:
    data = path.read_bytes()
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]
