"""How long the live page takes in a browser: until its first pictures, and after a slider moves.

Chromium without a window; each round in a browser of its own, which has nothing in its cache. The
page is built before (`make live`), and served by Python from this machine, as it is or isolated,
so that its workers may have threads. From 64 x 64 to some 256 x 256 pixels.
"""

import argparse
import functools
import http.server
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pandas as pd
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tqdm import tqdm

from fcsr.course.report import pdf
from fcsr.utils.files import atomic_write

PAGE = Path(__file__).parents[1] / "build" / "live"
MOVES = {  # what is moved, and to where
    "scale": ("scale", 3.9),
    "dial, to a sample": ("dial", 0.5),
    "dial, to the mode": ("dial", -1),
    "dial, to the mode again": ("dial", -0.5),
    "width of the filter": ("sigma", 3),
}
FIRST = """new Promise(resolve => {
  const look = () => document.querySelector('#panes[aria-busy="false"]')
    ? resolve(performance.now() / 1000) : requestAnimationFrame(look);
  look();
})"""
MOVE = """([id, value]) => new Promise(resolve => {
  const start = performance.now(), panes = document.getElementById("panes");
  const seconds = () => (performance.now() - start) / 1000;
  const drawn = document.querySelector("#pane-fcs canvas");
  let sketch;
  new MutationObserver(() => { sketch ??= seconds(); })
    .observe(drawn, { attributes: true, attributeFilter: ["width"] });
  const slider = document.getElementById(id);
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const look = () => panes.ariaBusy === "false"
    ? resolve([sketch ?? seconds(), seconds()]) : requestAnimationFrame(look);
  requestAnimationFrame(look);
})"""


@contextmanager
def serving(isolated: bool) -> Iterator[str]:
    """The page's address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            if isolated:
                self.send_header("Cross-Origin-Opener-Policy", "same-origin")
                self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            super().end_headers()

        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Handler, directory=PAGE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def seconds_of(page: Page, address: str) -> dict[str, tuple[float, float]]:
    """Of each thing that a user waits for: until a sketch, and until all is there."""
    page.goto(address)
    first = page.evaluate(FIRST)
    found = {"first pictures": (first, first)}
    page.locator("#as-it-is").check()
    page.locator("#file").set_input_files(small_copy(PAGE / "samples" / "coffee.png"))
    page.locator('#panes[aria-busy="false"]').wait_for()
    return found | {what: tuple(page.evaluate(MOVE, move)) for what, move in MOVES.items()}


def small_copy(path: Path) -> dict:
    """A photograph in 64 x 64 pixels, as a file for the page."""
    file = io.BytesIO()
    Image.open(path).resize((64, 64), Image.Resampling.BICUBIC).save(file, "PNG")
    return {"name": "small.png", "mimeType": "image/png", "buffer": file.getvalue()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    rows = []
    with sync_playwright() as playwright:
        for isolated in (False, True):
            with serving(isolated) as address:
                rounds = []
                for _ in tqdm(range(arguments.rounds), desc="isolated" if isolated else "plain"):
                    browser = playwright.chromium.launch(executable_path=pdf.find(), args=pdf.FLAGS)
                    rounds.append(seconds_of(browser.new_page(), address))
                    browser.close()
            for what in rounds[0]:
                sketch, whole = (median(each[what][i] for each in rounds) for i in (0, 1))
                rows.append(
                    {"isolated": isolated, "what": what, "sketch_s": sketch, "seconds": whole}
                )
    table = pd.DataFrame(rows)
    with atomic_write(arguments.out) as draft:
        table.to_csv(draft, index=False, float_format="%.2f")
    print(table.to_string(index=False, float_format="%.2f"))


if __name__ == "__main__":
    main()
