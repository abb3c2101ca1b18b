"""A real browser, a real JupyterLab, and no way out of this machine.

Where there is no Chromium, these tests are skipped and say so; with FCSR_DEMAND_BROWSER set they
fail instead. Each leaves a screenshot in build/browser.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fcsr.course.report import pdf
from fcsr.errors import FcsrError

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "browser"
TIMEOUT_MS = 180_000  # on two cores that are busy with something else
SETTINGS = {
    # Cells out of sight are drawn, too.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


# Not for the session: while Playwright runs, its event loop stands in the way of papermill's.
@pytest.fixture(scope="module")
def browser():
    try:
        found = pdf.find()
    except FcsrError as error:
        if os.environ.get("FCSR_DEMAND_BROWSER"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=pdf.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots():
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS


@pytest.fixture
def page(browser, screenshots, request):
    """An empty page. Requests to other machines are aborted, and listed in `page.aborted`."""
    context = browser.new_context(viewport={"width": 1400, "height": 1600})
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.aborted = []

    def abort(route):
        page.aborted.append(route.request.url)
        route.abort()

    context.route(leaves_this_machine, abort)
    yield page
    page.screenshot(path=screenshots / f"{request.node.name}.png", full_page=True)
    context.close()


def leaves_this_machine(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob", "file") and parts.hostname != "127.0.0.1"


class Lab:
    """A running JupyterLab, with Jupyter Notebook beside it.

    Put notebooks into `folder`, and open `url(path)` or `notebook_url(path)`.
    """

    def __init__(self, folder: Path, address: str, token: str):
        self.folder, self._address, self._token = folder, address, token

    def url(self, path: str) -> str:
        return f"{self._address}doc/tree/{path}?token={self._token}&reset"

    def notebook_url(self, path: str) -> str:
        return f"{self._address}notebooks/{path}?token={self._token}"


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """JupyterLab as it comes: with none of this user's settings, on a port of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = tmp_path_factory.mktemp("lab")
    (folder / "figures").symlink_to(ROOT / "figures")  # the course's tables
    for name, settings in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = os.environ | {name: str(home / place) for name, place in places.items()}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += [f"--ServerApp.root_dir={folder}", *(["--allow-root"] if os.geteuid() == 0 else [])]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        started = wait_for_server(server, home / "runtime", home / "log")
        yield Lab(
            folder, f"http://127.0.0.1:{started['port']}{started['base_url']}", started["token"]
        )
    finally:
        server.terminate()  # and with it its kernels
        server.wait(timeout=60)


def wait_for_server(server: subprocess.Popen, runtime: Path, log: Path) -> dict:
    """What the server says of itself, once it listens."""
    end = time.monotonic() + TIMEOUT_MS / 1000
    while time.monotonic() < end and server.poll() is None:
        for file in runtime.glob(f"jpserver-{server.pid}.json"):
            with contextlib.suppress(json.JSONDecodeError):  # it is being written
                return json.loads(file.read_text())
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
