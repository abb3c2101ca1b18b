"""Notebooks and files of parameters that hold anything, as strategies."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from fuzz_checkpoints import LEAVES, VALUES
from hypothesis import strategies as st

from fcsr.course.report import parameters, yaml_scalars
from fcsr.course.report.parameters import Run
from fcsr.course.report.publish import present
from fcsr.course.report.site import open_site
from fcsr.errors import FcsrError

NAME = "00_case"
LONGEST = 3000  # characters of a refusal, and of a page's error a line
FORBIDDEN = ["base", "form", "iframe", "link", "meta", "object", "script", "svg"]
PIECES = """< > / = " ' --> <!-- <![CDATA[ ]]> &lt; &#1; $ $$ \\[ ` ``` ![]( ) [ ]( # - | <meta
<base> <form> <link> <style> </style> <script> </script> <svg> </svg> <SVG
<video> <audio <source <math> <mtext> <title> <noscript>
<textarea> </textarea> <template> <table> <td> <select> <img <a <plaintext>
http-equiv=refresh content=0 href=//a.b src=/etc/passwd alt= attachment:a.png ../../a.png
data:image/png;base64,AAAA"""
WORDS = st.lists(st.sampled_from(PIECES.split()) | st.text(max_size=3), min_size=4, max_size=20)
TEXTS = st.builds(str.join, st.sampled_from(["", " "]), WORDS)
MIME = """text/html text/markdown text/latex text/plain text/vnd.mermaid image/png image/jpeg
image/svg+xml application/javascript application/json application/vnd.jupyter.widget-view+json
application/vnd.fcsr.stills+json"""


@dataclass(frozen=True)
class File:
    """The bytes of a file, and what reads it and says what came of it."""

    data: bytes
    read: Callable[[bytes, Path], str]


def examine(file: File, folder: Path) -> str:
    """Read a file; what came of it, or AssertionError."""
    try:
        return file.read(file.data, folder)
    except FcsrError as error:
        assert len(str(error)) < LONGEST
        return "refused"


def show(data: bytes, folder: Path) -> str:
    """The page of a notebook, whatever it holds."""
    (folder / f"{NAME}.ipynb").write_bytes(data)
    with open_site(folder, [NAME]) as site:
        page, html = present(Run(folder / f"{NAME}.ipynb"), site, None, 0.0)
    assert all(len(line) < LONGEST for line in (page.error or "").splitlines())
    body = BeautifulSoup(html[html.index("<main>") :], "html.parser")
    assert body.find_all(FORBIDDEN) == []
    return "a page" if page.whole else "a page without it"


def read_for(data: bytes, folder: Path) -> str:
    """A notebook's own parameters."""
    (folder / f"{NAME}.ipynb").write_bytes(data)
    (folder / f"{NAME}.yaml").write_text("steps: 1")
    parameters.plan([folder / f"{NAME}.ipynb"], [folder / f"{NAME}.yaml"])
    return "parameters"


def read_parameters(data: bytes, folder: Path) -> str:
    file = folder / "case.yaml"
    file.write_bytes(data)
    values = yaml_scalars.read(file)
    for name, value in values.items():
        assert type(name) is str and type(value) in (bool, int, float, str)
        assert not isinstance(value, float) or math.isfinite(value)
    return "parameters"


def named(**fields: object) -> st.SearchStrategy[dict]:
    strategy = st.SearchStrategy
    return st.fixed_dictionaries(
        {name: f if isinstance(f, strategy) else st.just(f) for name, f in fields.items()}
    )


DATA = st.dictionaries(st.sampled_from(MIME.split()), TEXTS, min_size=1, max_size=3)
OUTPUTS = st.one_of(
    named(output_type="display_data", data=DATA, metadata={}),
    named(output_type="stream", name="stdout", text=TEXTS),
    named(output_type="error", ename=TEXTS, evalue=TEXTS, traceback=st.lists(TEXTS, max_size=2)),
)
TAGS = st.dictionaries(
    st.sampled_from(["figure", "key_figures", "alt", "raw_mimetype", "finding", "course"]), TEXTS
)
PARAMETERS = named(tags=["parameters"])
CELLS = st.one_of(
    named(cell_type="markdown", source=TEXTS, metadata=TAGS),
    named(cell_type="raw", source=TEXTS, metadata=TAGS),
    named(
        cell_type="code",
        source=st.just("steps = 1") | TEXTS,
        metadata=TAGS | PARAMETERS,
        execution_count=1,
        outputs=st.lists(OUTPUTS, min_size=1, max_size=2),
    ),
)
NOTEBOOKS = named(
    cells=st.lists(CELLS, min_size=2, max_size=4),
    metadata=named(title=TEXTS),
    nbformat=4,
    nbformat_minor=4,
)


@st.composite
def misshapen(draw) -> dict:
    """A notebook in which something is of another kind, or missing."""
    notebook = draw(NOTEBOOKS)
    inner = [notebook, notebook["metadata"], *notebook["cells"]]
    inner += [cell["metadata"] for cell in notebook["cells"]]
    inner += [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    within = draw(st.sampled_from(inner))
    name = draw(st.sampled_from([*within, "tags", "widgets", "attachments"]))
    if draw(st.booleans()):
        within.pop(name, None)
    else:
        within[name] = draw(VALUES)
    return notebook


SCALARS = st.one_of(
    LEAVES.map(json.dumps),
    st.sampled_from(
        ["1e-3", "017", "1:30", "yes", "&a x", "*a", "!!int x", "<<", "{", "[", "|", "%"]
    ),
    st.text(max_size=8),
    st.sampled_from(["[", "{b: ", "- ", "? ", "&a [*a, ", "9", "'"]).map(lambda s: 15_000 * s),
)
LINES = st.builds("{}: {}".format, st.sampled_from(["a", "b", "&a c", "? d", "<<"]), SCALARS)
YAML = st.lists(LINES | SCALARS, max_size=6).map("\n".join)


def files(texts: st.SearchStrategy[str], read: Callable[[bytes, Path], str]) -> st.SearchStrategy:
    return st.builds(
        File, texts.map(lambda text: text.encode("utf-8", "surrogatepass")), st.just(read)
    )


KINDS = {
    "notebooks": files(NOTEBOOKS.map(json.dumps), show),
    "odd notebooks": files(misshapen().map(json.dumps), show),
    "own parameters": files((NOTEBOOKS | misshapen()).map(json.dumps), read_for),
    "parameters": files(YAML | VALUES.map(json.dumps), read_parameters),
}
