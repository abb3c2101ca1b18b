"""The live page: the models in a browser, beside fcsr's own answers."""

import base64
import functools
import http.server
import io
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image

import fcsr
from fcsr.course.report import pdf

ROOT = Path(__file__).parents[2]
TIMEOUT_MS = 180_000
LIVE = ROOT / "build" / "live"
WEIGHTS = {"lte": "lte-compact", "cs": "cs-mixture-compact", "fcs": "fcs-mixture-compact"}
ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


def skip_or_fail(reason: str) -> None:
    if os.environ.get("FCSR_DEMAND_LIVE"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def site():
    """The page, built as a user builds it."""
    if shutil.which("npm") is None:
        skip_or_fail("the live page is built with npm, which is not installed")
    (ROOT / "build").mkdir(exist_ok=True)
    with FileLock(ROOT / "build" / ".live.lock"):  # of other processes of the tests
        made = subprocess.run(["make", "live"], cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        skip_or_fail(f"make live failed:\n{made.stdout[-2000:]}{made.stderr[-2000:]}")
    return LIVE


@pytest.fixture(scope="module")
def address(site):
    """Of the page, as Python's own server serves it."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        [*command, "--directory", site],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        port = re.search(r"port (\d+)", server.stdout.readline())[1]
        yield f"http://127.0.0.1:{port}/"
        server.terminate()


class Live:
    """The page in a browser."""

    def __init__(self, page, address: str):
        self.page = page
        self.problems: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.goto(address)

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and text != "No available adapters.":  # of WebGPU
            self.problems.append(text)

    def wait(self) -> None:
        """Until all three models have answered all that was asked."""
        self.page.locator('#panes[aria-busy="false"]').wait_for()

    def set(self, name: str, value: float) -> None:
        """Move a slider, as a user does."""
        self.page.locator(f"#{name}").evaluate(
            "(slider, value) => { slider.value = value;"
            " slider.dispatchEvent(new Event('input', { bubbles: true }));"
            " return new Promise(requestAnimationFrame); }",
            str(value),
        )

    def decode(self, position: float) -> None:
        """Turn the dial."""
        self.set("dial", position)
        self.wait()

    def open(self, picture: Image.Image, as_it_is: bool) -> None:
        file = io.BytesIO()
        picture.save(file, "PNG")
        given = {"name": "given.png", "mimeType": "image/png", "buffer": file.getvalue()}
        self.page.locator("#as-it-is" if as_it_is else "#reduce").check()
        self.page.locator("#file").set_input_files(given)
        self.wait()

    def pixels(self, name: str) -> np.ndarray:
        """Of the picture of a method, (height, width, 3)."""
        width, height, data = self.page.locator(f"#pane-{name} canvas").evaluate(
            """canvas => {
              const { width, height } = canvas;
              const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
              let text = "";
              for (let i = 0; i < data.length; i += 8192) {
                text += String.fromCharCode(...data.subarray(i, i + 8192));
              }
              return [width, height, btoa(text)];
            }"""
        )
        levels = np.frombuffer(base64.b64decode(data), np.uint8)
        return levels.reshape(height, width, 4)[..., :3]


@pytest.fixture
def live(page, address):
    live = Live(page, address)
    live.wait()
    return live


def photograph(height: int, width: int) -> Image.Image:
    return fcsr.images.sample("coffee").crop((200, 100, 200 + width, 100 + height))


def share_alike(one: np.ndarray, other: np.ndarray, levels: int = 1) -> float:
    return float((np.abs(one.astype(int) - other.astype(int)) <= levels).mean())


@pytest.mark.parametrize("shape, scale", [((64, 64), 4.0), ((150, 33), 2.7), ((24, 31), 8.0)])
def test_the_page_makes_the_pictures_of_fcsr(live, shape, scale):
    small = photograph(*shape)
    live.open(small, as_it_is=True)
    live.set("scale", scale)
    live.wait()
    for position, decode in ((0, "mean"), (-1, "mode")):
        live.decode(position)
        for name, weights in WEIGHTS.items():
            how = {} if name == "lte" else {"decode": decode}
            wanted = fcsr.upscale(small, scale, model=weights, progress=False, **how)
            made = live.pixels(name)
            assert made.shape == np.asarray(wanted).shape
            assert share_alike(made, np.asarray(wanted)) >= 0.9999, (name, decode)
    large = fcsr.upscale(small, scale, model="bicubic", progress=False)
    assert share_alike(live.pixels("bicubic"), np.asarray(large)) >= 0.9999


def test_a_photograph_is_reduced_as_fcsr_does_it(live):
    truth = photograph(100, 130)
    live.open(truth, as_it_is=False)
    live.set("scale", 2.5)
    live.wait()
    assert (live.pixels("truth") == np.asarray(truth)).all()
    small = fcsr.images.resize(fcsr.images.to_tensor(truth), (40, 52))
    wanted = np.rint(255 * small[0].permute(1, 2, 0).clamp(0, 1).numpy())
    assert share_alike(live.pixels("small"), wanted, levels=1) == 1
    assert live.pixels("fcs").shape == (100, 130, 3)
    error = (live.pixels("lte").astype(float) - np.asarray(truth)) ** 2
    psnr = 10 * np.log10(255**2 / error.mean())
    assert f"{psnr:.2f} dB" in live.page.locator("#pane-lte figcaption").inner_text()


def test_a_sample_is_of_the_distributions(live):
    small = photograph(16, 20)
    live.open(small, as_it_is=True)
    live.decode(1)
    first = live.pixels("cs")
    live.decode(0)
    live.decode(1)
    assert (live.pixels("cs") == first).all()
    model = fcsr.load(WEIGHTS["cs"])
    shares = torch.tensor([random_share(1, pixel) for pixel in range(64 * 80)])
    quantile = functools.partial(fcsr.decoding.quantile, share=shares.view(1, -1, 1))
    with torch.no_grad():
        encoded = model.encode(fcsr.images.to_tensor(small))
        coord = fcsr.models.grid((64, 80)).view(1, -1, 2)
        cell = torch.tensor([2 / 64, 2 / 80]).expand_as(coord)
        wanted = quantile(model.query(encoded, coord, cell)).view(64, 80, 3).numpy()
    assert share_alike(first, wanted) >= 0.999  # a share may lie on the edge of a level
    live.page.locator("#draw").click()
    live.wait()
    assert share_alike(live.pixels("cs"), first, levels=0) < 0.9


def random_share(seed: int, pixel: int) -> float:
    """The hash lowbias32, with numbers of any size."""
    x = pixel ^ (seed * 0x9E3779B9 & 0xFFFFFFFF)
    x = (x ^ x >> 16) * 0x7FEB352D & 0xFFFFFFFF
    x = (x ^ x >> 15) * 0x846CA68B & 0xFFFFFFFF
    return (x ^ x >> 16) / 2**32


def test_a_pixel_is_inspected(live):
    small = photograph(20, 24)
    live.open(small, as_it_is=True)
    live.page.locator("#pane-cs canvas").focus()
    live.page.keyboard.press("ArrowRight")
    live.page.keyboard.press("ArrowDown")
    caption = live.page.locator("#numbers caption")
    caption.filter(has_text="row 42, column 50").wait_for()
    rows = live.page.locator("#numbers tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    numbers = {heading: levels for heading, *levels in rows}
    for name in ("cs", "fcs"):
        model = fcsr.load(WEIGHTS[name])
        coord = fcsr.models.grid((80, 96))[41, 49].view(1, 1, 2)
        cell = torch.tensor([2 / 80, 2 / 96]).view(1, 1, 2)
        with torch.no_grad():
            outputs = model(fcsr.images.to_tensor(small), coord, cell)
        low, mixture = outputs if name == "fcs" else (torch.tensor(128 / 255), outputs)
        for reading in ("mode", "mean", "median"):
            level = getattr(fcsr.decoding, reading)(mixture)[0, 0]
            wanted = 255 * low.flatten()[-3:] + level - 128
            found = torch.tensor([float(level) for level in numbers[f"{name.upper()} {reading}"]])
            assert torch.allclose(found, wanted, atol=0.11), (name, reading)
    assert live.page.locator("#charts svg").count() == 6


def test_the_bands_are_those_of_fcsr(live):
    truth = photograph(96, 96)
    live.open(truth, as_it_is=False)
    live.set("sigma", 3)
    low, high = fcsr.frequency.split(
        fcsr.images.to_tensor(truth), fcsr.frequency.Gaussian(sigma=3.0)
    )
    for name, band in (("low", low), ("high", high + 128 / 255)):
        wanted = np.rint(255 * band[0].permute(1, 2, 0).clamp(0, 1).numpy())
        assert share_alike(live.pixels(name), wanted) == 1


def test_nothing_leaves_the_page(live, page):
    assert len(page.workers) == 3
    for each in (page, *page.workers):
        sent = each.evaluate("fetch('https://example.org/').then(() => true, () => false)")
        assert not sent
    assert page.aborted == []  # the policy stands before the network
    assert all("Content Security Policy" in text or "example.org" in text for text in live.problems)


def test_a_file_that_was_changed_is_refused(site, page, tmp_path):
    copy = tmp_path / "live"
    shutil.copytree(site, copy)
    weights = copy / "models" / "cs.query.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with serving(copy) as address:
        Live(page, address)
        page.locator("#problem").filter(has_text="cs.query.onnx").wait_for()


def test_a_server_that_is_gone_is_named(site, page):
    with serving(site) as address:
        live = Live(page, address)
        live.wait()
    page.locator("#samples button").last.click()
    problem = page.locator("#problem")
    problem.filter(has_text="rocket.png cannot be read").wait_for()
    live.set("scale", 2)  # the networks are here
    live.wait()
    assert problem.inner_text() == ""


def test_a_sample_may_be_chosen_while_the_networks_load(site, page):
    with serving(site, pause={"wasm.bin": 3}) as address:
        live = Live(page, address)
        page.locator("#samples button").last.click()
        live.wait()
    rocket = Image.open(site / "samples" / "rocket.png")
    assert (live.pixels("truth") == np.asarray(rocket)).all()
    assert live.pixels("fcs").std() > 10


def test_the_last_choice_wins(site, page):
    with serving(site, pause={"astronaut.png": 2}) as address:
        live = Live(page, address)
        live.wait()
        buttons = page.locator("#samples button")
        buttons.nth(1).click()
        buttons.nth(2).click()
        page.wait_for_timeout(3000)
        live.wait()
    chelsea = Image.open(site / "samples" / "chelsea.png")
    assert (live.pixels("truth") == np.asarray(chelsea)).all()


def test_without_its_runtime_the_page_says_so_and_stays_so(site, page, tmp_path):
    copy = tmp_path / "live"
    shutil.copytree(site, copy)
    (copy / "wasm.bin").unlink()
    with serving(copy) as address:
        Live(page, address)
        problem = page.locator("#problem")
        problem.filter(has_text="wasm.bin").wait_for()
        page.locator("#samples button").last.click()
        page.wait_for_timeout(500)
        assert "wasm.bin" in problem.inner_text()
        assert "Reload" in page.locator("#message").inner_text()


def test_what_is_no_picture_is_refused(live):
    given = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    live.page.locator("#file").set_input_files(given)
    problem = live.page.locator("#problem")
    problem.filter(has_text="notes.txt is no picture").wait_for()
    live.open(photograph(16, 16), as_it_is=True)
    assert problem.inner_text() == ""


def test_a_job_can_be_cancelled(live):
    live.open(photograph(64, 64), as_it_is=True)
    live.set("scale", 8)
    live.page.locator("#cancel").click()
    live.page.locator("#message").filter(has_text="Cancelled").wait_for()
    live.decode(-1)
    assert "dB" not in live.page.locator("#panes").inner_text()
    assert "Cancelled" in live.page.locator("#message").inner_text()
    live.decode(0)
    live.set("scale", 2)
    live.wait()
    assert live.pixels("fcs").shape == (128, 128, 3)


def test_equal_pictures_have_no_finite_psnr(live):
    live.open(Image.new("RGB", (9, 9), "white"), as_it_is=False)
    caption = live.page.locator("#pane-bicubic figcaption").inner_text()
    assert caption.endswith("\N{INFINITY} dB")


def test_the_keyboard_goes_pixel_by_pixel_and_leaves_the_browser_its_keys(live):
    live.open(photograph(65, 65), as_it_is=True)
    live.set("scale", 2)
    live.wait()
    canvas = live.page.locator("#pane-cs canvas")
    canvas.focus()
    caption = live.page.locator("#numbers caption")
    for column in range(67, 76):
        live.page.keyboard.press("ArrowRight")
        caption.filter(has_text=f"column {column}").wait_for()
    prevented = canvas.evaluate(
        "canvas => !canvas.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: '0', ctrlKey: true, cancelable: true }))"
    )
    assert not prevented


def test_a_wheel_scrolls_the_page_until_a_picture_is_zoomed(live):
    canvas = live.page.locator("#pane-small canvas")
    canvas.hover()
    live.page.mouse.wheel(0, 100)
    live.page.wait_for_timeout(300)
    assert live.page.evaluate("scrollY") > 0
    canvas.focus()
    live.page.keyboard.press("+")
    before = canvas.evaluate("canvas => canvas.style.transform")
    assert "scale(1.5)" in before
    canvas.hover()
    live.page.mouse.wheel(0, -100)
    live.page.wait_for_timeout(300)
    assert canvas.evaluate("canvas => canvas.style.transform") != before
    bands = live.page.locator("#pane-low canvas")
    assert bands.evaluate("canvas => canvas.style.transform") != "scale(1) translate(0%, 0%)"


def test_of_a_thin_photograph_the_middle_is_taken(live):
    live.open(Image.new("RGB", (4000, 3), "teal"), as_it_is=True)
    assert live.pixels("small").shape == (3, 24, 3)
    assert "Only the middle" in live.page.locator("#message").inner_text()


def test_a_large_photograph_is_reduced_or_cut(live):
    large = fcsr.images.sample("coffee").resize((1200, 900))
    live.open(large, as_it_is=False)
    height, width, _ = live.pixels("truth").shape
    assert 500_000 < height * width <= 2**19
    live.page.locator("#as-it-is").check()
    live.wait()
    assert "Only the middle" in live.page.locator("#message").inner_text()


def test_the_page_speaks_korean(page, address):
    live = Live(page, address)
    live.wait()
    page.locator("#language").click()
    assert page.locator("html").get_attribute("lang") == "ko"
    for element in page.locator("[data-text]").all():
        assert element.inner_text() == "" or re.search("[가-힣]|fcsr", element.inner_text())


def test_everyone_can_use_the_page(site, live):
    """axe-core looks for what stands in the way of keyboards, screen readers and weak eyes."""
    axe = (ROOT / "live/node_modules/axe-core/axe.min.js").read_text()
    live.page.evaluate(axe)
    for scheme in ("light", "dark"):
        live.page.emulate_media(color_scheme=scheme)
        found = live.page.evaluate("axe.run(document)")["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]


def test_a_phone_shows_all_of_it(live):
    overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    for width in (390, 360, 320):
        live.page.set_viewport_size({"width": width, "height": 780})
        assert not live.page.evaluate(overflow), width


def test_an_isolated_page_takes_threads(site, page):
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 6 })"
    )
    with serving(site, ISOLATED) as address:
        live = Live(page, address)
        live.wait()
    assert re.search("WebAssembly . 2;", page.locator("#message").inner_text())
    assert live.problems == []


@pytest.fixture
def page_with_gpu(browser):
    """By WebGPU, for which Chromium has a program, too: it is slow."""
    flags = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
    other = browser.browser_type.launch(
        executable_path=pdf.find(), args=[*pdf.FLAGS, *flags, "--enable-features=Vulkan,WebGPU"]
    )
    page = other.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.add_init_script(
        "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { value: false })"
    )
    yield page
    other.close()


def test_a_gpu_makes_the_same_pictures(page_with_gpu, address):
    live = Live(page_with_gpu, address)
    if not live.page.evaluate("navigator.gpu.requestAdapter().then(Boolean)"):
        pytest.skip("this Chromium has no WebGPU")
    live.page.locator("#cancel:enabled").click()  # the sample takes a minute
    live.set("scale", 2)
    live.page.locator("#cancel").click()
    small = photograph(12, 16)
    live.open(small, as_it_is=True)
    assert "on WebGPU" in live.page.locator("#message").inner_text()
    for name, weights in WEIGHTS.items():
        how = {} if name == "lte" else {"decode": "mean"}
        wanted = fcsr.upscale(small, 2, model=weights, progress=False, **how)
        assert share_alike(live.pixels(name), np.asarray(wanted)) >= 0.999


def test_a_screenshot(live, screenshots):
    live.page.set_viewport_size({"width": 1200, "height": 1440})
    live.page.screenshot(path=screenshots / "live.png")
    assert live.problems == []


class serving:
    """A server of a folder; it sends these headers, too, and these files after some seconds."""

    def __init__(
        self,
        folder: Path,
        headers: dict[str, str] | None = None,
        pause: dict[str, float] | None = None,
    ):
        given, slow = headers or {}, pause or {}

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self):
                time.sleep(slow.get(Path(self.path).name, 0))
                super().do_GET()

            def end_headers(self):
                for name, value in given.items():
                    self.send_header(name, value)
                super().end_headers()

            def log_message(self, *_):
                pass

        handler = functools.partial(Handler, directory=folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, args=(0.01,)).start()
        return f"http://127.0.0.1:{self.server.server_port}/"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
