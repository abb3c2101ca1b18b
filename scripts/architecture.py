"""Draw fcsr's packages and what they import: `.venv/bin/python scripts/architecture.py`.

It reads the imports, and the layers of `[tool.importlinter]` in pyproject.toml, and rewrites two
things: the picture `docs/architecture.png`, and the third column of the table of packages in
`docs/architecture.md`. A new package needs a row in that table, and a place in `BOXES`.
"""

import re
import tomllib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import grimp
import matplotlib.pyplot as plt
import networkx as nx
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
TABLE = re.compile(r"(?<=<!-- packages -->\n).*?(?=<!-- end of packages -->)", re.DOTALL)

EVERYWHERE = ("utils", "errors")  # nearly all import them: no arrows, and a bar below all
CORE = ("models", "decoding", "losses", "mixtures", "frequency")  # the paper's method
BOXES = {  # where in its row each stands, and what is in it
    "cli": (3.75, "the command line"),
    "course": (4.9, "plots, widgets, report"),
    "analysis": (1.25, "beyond the paper"),
    "training": (2.6, "recipe and loop"),
    "evaluation": (4.9, "benchmark tables"),
    "inference": (0.75, "any size, in tiles"),
    "models": (1.4, "LTE, CS, FCS, weights"),
    "data": (6.3, "sets of photographs"),
    "decoding": (2.45, "distribution to value"),
    "mixtures": (0.3, "levels with an order"),
    "losses": (0.3, "L1, eq. (1), eq. (2)"),
    "images": (3.2, "files, pixels, resizing"),
    "metrics": (4.2, "PSNR, SSIM, LPIPS"),
    "frequency": (3.2, "filters, spectra"),
    "utils": (3.3, "devices, processes, files"),
    "errors": (3.3, "exceptions"),
}
LEFT, RIGHT = -0.85, 7.45  # of the picture, in units of 1.5 inches; from one row to the next is 1
WIDTH, HEIGHT = 2.0, 0.58  # of a box
SPREAD = 1.5  # from the first to the last of three arrows that leave a box
NAME, CAPTION = 18, 14  # points
BLUE, ORANGE, GRAY = ("#0072B2", "#DCEBF6"), ("#D55E00", "#FCE8DB"), ("#555555", "#EEEEEE")
LEGEND = (
    (ORANGE, "the paper's method"),
    (BLUE, "what serves it"),
    (GRAY, "imported by nearly all; no arrows drawn"),
)

Place = tuple[float, float]


def layers() -> list[list[str]]:
    """The rows of packages in pyproject.toml, from the top."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    [rows] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return [row.split(" | ") for row in rows if row != "__main__"]


def imports() -> dict[str, list[str]]:
    """What each package imports, within functions too, in the order of the layers."""
    graph = grimp.build_graph("fcsr", cache_dir=None)
    names = list(chain.from_iterable(layers()))
    for name in names:
        if graph.find_children(f"fcsr.{name}"):
            graph.squash_module(f"fcsr.{name}")
    found = {name: graph.find_modules_directly_imported_by(f"fcsr.{name}") for name in names}
    return {
        name: [other for other in names if other != name and f"fcsr.{other}" in found[name]]
        for name in names
    }


def table(rows: str) -> str:
    """The rows of the table with their third column as the imports are now."""
    found = imports()

    def row(match: re.Match) -> str:
        names = ", ".join(f"`{name}`" for name in found[match["name"]])
        return f"{match['begin']} {names or 'nothing of fcsr'} |"

    begin = r"^(?P<begin>\| \[`(?P<name>\w+)`\]\S+ \| .*? \|).*"
    return re.sub(begin, row, rows, flags=re.MULTILINE)


def arrows() -> list[tuple[str, str]]:
    """Importer and imported, without those that follow from others."""
    pairs = ((importer, name) for importer, names in imports().items() for name in names)
    every = nx.DiGraph(pair for pair in pairs if pair[1] not in EVERYWHERE)
    return sorted(nx.transitive_reduction(every).edges)


def draw(path: Path) -> None:
    """The picture: a row for each layer, a box for each package, an arrow for each import."""
    rows = layers()
    figure = plt.figure(figsize=(1.5 * (RIGHT - LEFT), 1.12 * len(rows)))
    axis = figure.add_axes((0, 0, 1, 1), xlim=(LEFT, RIGHT), ylim=(len(rows) - 0.55, -0.45))
    axis.set_axis_off()
    places = {name: (BOXES[name][0], y) for y, names in enumerate(rows) for name in names}
    for name, place in places.items():
        draw_package(axis, name, place)
    draw_arrows(axis, places)
    draw_legend(axis)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def draw_package(axis: Axes, name: str, place: Place) -> None:
    colours = ORANGE if name in CORE else GRAY if name in EVERYWHERE else BLUE
    width = RIGHT - LEFT - 0.6 if name in EVERYWHERE else WIDTH
    draw_box(axis, place, (width, HEIGHT), colours)
    x, y = place
    axis.text(x, y - 0.1, name, fontsize=NAME, weight="bold", ha="center", va="center")
    axis.text(x, y + 0.15, BOXES[name][1], fontsize=CAPTION, ha="center", va="center")


def draw_box(axis: Axes, middle: Place, size: Place, colours: tuple[str, str]) -> None:
    corner = (middle[0] - size[0] / 2, middle[1] - size[1] / 2)
    edge, face = colours
    style = "round,pad=0,rounding_size=0.09"
    axis.add_patch(FancyBboxPatch(corner, *size, style, ec=edge, fc=face, lw=2))


def draw_arrows(axis: Axes, places: dict[str, Place]) -> None:
    style = {"arrowstyle": "-|>,head_width=0.35,head_length=0.7", "lw": 2, "color": "#333333"}
    pairs = arrows()
    for importer, imported in pairs:
        begin = end_of_arrow(places, importer, imported, (b for a, b in pairs if a == importer))
        end = end_of_arrow(places, imported, importer, (a for a, b in pairs if b == imported))
        axis.annotate("", end, begin, arrowprops=style | {"shrinkA": 0, "shrinkB": 0})


def end_of_arrow(places: dict[str, Place], name: str, other: str, others: Iterable[str]) -> Place:
    """On the edge of the box `name`, such that its arrows to or from `others` do not cross."""
    x, y = places[name]

    def slope(other: str) -> float:
        return (places[other][0] - x) / abs(places[other][1] - y)

    order = sorted(others, key=slope)
    shift = (order.index(other) + 0.5) / len(order) - 0.5
    return x + SPREAD * shift, y + (HEIGHT / 2 if places[other][1] > y else -HEIGHT / 2)


def draw_legend(axis: Axes) -> None:
    axis.text(LEFT + 0.3, -0.12, "importer  →  imported", fontsize=CAPTION, va="center")
    for line, (colours, words) in enumerate(LEGEND):
        y = 0.2 + 0.32 * line
        draw_box(axis, (LEFT + 0.45, y), (0.3, 0.2), colours)
        axis.text(LEFT + 0.75, y, words, fontsize=CAPTION, va="center")


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda rows: table(rows[0]), text), encoding="utf-8")
    draw(PAGE.with_suffix(".png"))


if __name__ == "__main__":
    main()
