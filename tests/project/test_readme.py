"""What the READMEs say is what the tables in figures/ and the notebooks say, in both languages."""

import contextlib
import io
import re
import runpy
from collections import Counter
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from fcsr.analysis import paired_tests
from fcsr.evaluation import compare, paper, table1, tradeoffs

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "figures"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = ("README.md", "README.ko.md")
PAPERS = runpy.run_path(str(ROOT / "tests" / "notebooks" / "test_committed.py"))["PAPERS"]
SNIPPETS = re.findall(
    r"^```python\n(.*?)^```", (FIGURES / "README.md").read_text(encoding="utf-8"), re.M | re.S
)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FIGURES / name, keep_default_na=False)


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    """Rows (dataset, scale), columns (measure, method, decode) of the paper-size weights."""
    means = table("table1.csv").set_index(["dataset", "scale", "method", "decode"])
    return means[["psnr", "lpips", "black", "bright"]].unstack(["method", "decode"])


def the_range(values, digits: int, unit: str) -> str:
    return f"{values.min():.{digits}f} to {values.max():.{digits}f} {unit}"


def listed(values, digits: int, unit: str) -> str:
    *first, last = (f"{value:.{digits}f}" for value in values)
    return f"{', '.join(first)} and {last} {unit}"


def test_what_fcs_gains_over_lte(cells):
    lte, fcs = ((cells["psnr", *of], cells["lpips", *of]) for of in (("lte", ""), ("fcs", "mode")))
    text = text_of("README.md")
    assert f"gains {the_range(100 * (1 - fcs[1] / lte[1]), 1, '%')} over LTE" in text
    assert f"for {the_range(lte[0] - fcs[0], 2, 'dB')} of PSNR" in text
    assert f"{the_range(lte[1] / fcs[1], 2, 'times')} in ten cells" in text and len(cells) == 10


def test_what_noise_gains_over_fcs():
    rows = table("table1_images.csv")
    against = compare(rows[rows["scale"] == 4], "lte@fcs").query(
        "measure == 'lpips' and method == 'fcs' and decode == 'mode'"
    )
    times = against.set_index("dataset")[["times", "times_high", "times_low"]]
    above = 100 * (1 / times - 1)  # of FCS's LPIPS above noise's, and the interval's ends
    sure = above[above["times_high"] > 0]
    text = text_of("README.md")
    assert list(sure.index) == ["Set14", "B100"] and "beats FCS on Set14 and B100" in text
    percent = [f"{mean:.1f} % [{low:.1f}, {high:.1f}]" for mean, low, high in sure.to_numpy()]
    assert f"{' and '.join(percent)} above noise's" in text
    (set5, low, high), (urban, *ends) = above.loc[["Set5", "Urban100"]].to_numpy()
    minus = "\N{MINUS SIGN}"
    assert f"it is {set5:.1f} % [{minus}{-low:.1f}, {high:.1f}] above" in text
    below = sorted(-end for end in ends)
    assert f"{-urban:.1f} % [{minus}{-below[0]:.1f}, {below[1]:.1f}] below" in text


def test_what_samples_gain():
    decodes = table("decodes.csv")
    gains = tradeoffs.over_lte(decodes).assign(beyond=tradeoffs.beyond_noise(decodes))
    wanted = (decodes["model"] == "fcs") & (decodes["decode"] == "sample 0.75")
    gains = gains[wanted].set_axis(decodes["dataset"][wanted]).loc[["Set5", "Set14", "B100"]]
    text = text_of("README.md")
    assert f"{listed(gains['times'], 1, 'times')} better than LTE on Set5, Set14 and B100" in text
    assert f"for {listed(-gains['psnr'], 1, 'dB')}" in text
    assert f"{the_range(gains['beyond'], 0, '%')} better than noise" in text


def test_what_the_ablations_found():
    effects = paired_tests.effects(table("ablations.csv")).droplevel("axis")

    def change(measure: str, digits: int, *row: str) -> str:
        effect = effects[measure].loc[row]
        star = r"\*" if effect["p_holm"] < 0.05 else ""
        value = f"{effect['mean']:+.{digits}f} ± {effect['std']:.{digits}f}"
        return value.replace("-", "\N{MINUS SIGN}") + star

    text = text_of("README.md").replace(" dB of the mean", "").replace(" dB", "")
    prior = change("lpips", 3, "CS", "no prior", "mean").replace("+", "")
    sharp = [change("psnr", 2, "FCS", name, "mean") for name in ("Ideal", "BicubicDownUp")]
    assert prior.replace(r"\*", r" higher\*") in text
    assert f"{sharp[0].removesuffix(chr(92) + '*')} and {sharp[1]} (a)" in text
    assert f"with 300, {change('psnr', 2, 'FCS', 'weight 300', 'mode')} (a)" in text
    assert f"one each: {change('psnr', 2, 'FCS', 'one each', 'mode')} (a)" in text
    starred = [effects[measure]["p_holm"] < 0.05 for measure in paired_tests.TESTED]
    assert sum(map(sum, starred)) == 4 and "four effects are more than chance" in text


def test_what_training_from_scratch_found():
    nats = table("from_scratch.csv").groupby("method")["nats"].first()
    text = text_of("README.md")
    assert f"8,000 steps reach {nats['8000 steps from scratch']:.2f} nats" in text
    assert f"with both 5,000 reach {nats['cs-compact']:.2f}" in text


def test_how_cs_decodes_and_what_it_lacks(cells):
    def cell(measure: str, *of: str, dataset: str = "Set5") -> float:
        return cells.loc[(dataset, 4), (measure, *of)]

    of = {way: [cell(m, "cs", way) for m in ("psnr", "lpips")] for way in ("mode", "mean")}
    text = text_of("README.md")
    ways = "mode {:.2f} dB, LPIPS {:.3f}; mean {:.2f} dB, {:.3f}"
    assert ways.format(*of["mode"], *of["mean"]) in text
    below = [
        [cell("psnr", "lte", "", dataset=d) - cell("psnr", "cs", way, dataset=d) for d in SETS]
        for way in ("mode", "smoothed")
    ]
    lacks = "{:.2f} and {:.2f} dB below; smoothed {:.2f} and {:.2f} dB"
    assert lacks.format(*below[0], *below[1]) in text
    theirs = paper.paper().query("scale == 4").pivot(index="dataset", columns="method")["psnr"]
    theirs = (theirs["Baseline"] - theirs["CS"])[list(SETS)]
    sets = [f"{below:.2f} dB ({name} \N{MULTIPLICATION SIGN}4)" for name, below in theirs.items()]
    assert f"{' and '.join(sets)} below LTE's" in text


SETS = ("Set5", "B100")


def test_how_many_artifacts(cells):
    of = cells.loc[("Set14", 4)]
    count = [of["black", *m] + of["bright", *m] for m in (("cs", "mode"), ("fcs", "mode"))]
    count.append(of["black", "lte", ""] + of["bright", "lte", ""])
    assert "CS has {:.1f}, FCS {:.1f}, LTE {:.1f} in".format(*count) in text_of("README.md")


def test_the_papers_own_cells_in_one_range():
    times = 1 / (1 - paper.gains("FCS")["one_range"] / 100)
    assert f"as estimated: {the_range(times, 2, 'times')}" in text_of("README.md")


def test_what_others_and_other_trainings_reach():
    published = paper.published().query("dataset == 'Set5' and scale == 4").set_index("method")
    esrgan = published.loc["ESRGAN"]
    text = text_of("README.md")
    assert f"LPIPS of {esrgan['lpips']:.3f} on Set5, at {esrgan['psnr']:.1f} dB" in text
    judged = table("judges.csv").query("dataset == 'Set5' and scale == 4")
    judged = judged.set_index(["model", "decode"])[["psnr", "lpips", "dists"]]
    lte, mixture = judged.loc["lte-compact", ""], judged.loc["cs-mixture-compact", "mode"]
    of = lte / judged.loc["fcs-perceptual", "mean"], lte / judged.loc["lte-perceptual", ""]
    assert f"FCS is {of[0]['lpips']:.2f} times better" in text
    assert f"trained alike, {of[1]['lpips']:.2f} times" in text
    assert f"took no part, {of[0]['dists']:.2f} and {of[1]['dists']:.2f} times" in text
    plain = judged.loc["cs-compact", "mode"]
    change = f"from {plain['psnr']:.1f} to {mixture['psnr']:.1f} dB"
    assert f"{change}; compact LTE has {lte['psnr']:.1f}." in text


def rows_of(markdown: str) -> list[list[str]]:
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_results_is_printed_as_the_list_of_figures_says(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(SNIPPETS[0], {})
    _, _, *methods, (noise, *values) = rows_of(printed.getvalue())
    noise = {"README.md": noise, "README.ko.md": "LTE + 잡음(PSNR을 FCS에 맞춤)"}[name]
    shown, wanted = rows_of(text_of(name)), [*methods, [noise, *values]]
    assert [row for row in wanted if row not in shown] == [] and len(wanted) == 4


def test_the_list_of_figures_has_all_methods_and_scales(monkeypatch):
    fair = table1.fairly(table("table1.csv"))
    monkeypatch.chdir(ROOT)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(SNIPPETS[1], {})
    words = text_of("figures/README.md")
    assert printed.getvalue().count("\n") == 2 + 3 * 4
    assert table1.to_markdown(fair, 4) in words and printed.getvalue() in words


def test_the_list_of_figures_has_intervals(monkeypatch):
    monkeypatch.chdir(ROOT)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(SNIPPETS[2], {})
    assert "[" in printed.getvalue() and printed.getvalue() in text_of("figures/README.md")


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_notebooks_is_that_of_the_folder(name):
    rows = re.findall(r"^\| \[(\S+) · (.+?)\]\((notebooks/\S+)\) \|.+\|", text_of(name), re.M)
    assert [path for *_, path in rows] == [f"notebooks/{path.name}" for path in NOTEBOOKS]
    assert [number for number, *_ in rows] == [path.name.split("_")[0] for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_notebooks_has_their_titles_and_times(name, path):
    introduction = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells[:3])
    [row] = [
        line for line in text_of(name).splitlines() if f"]({'notebooks/' + path.name}) |" in line
    ]
    title, minutes = re.match(r"\| \[(.+?)\]", row)[1], row.split(" | ")[3]
    assert re.search(r"\*\*Time:\*\* (\d+) minutes", introduction)[1] == minutes
    if name == "README.md":
        assert introduction.startswith(f"# {title}")


@pytest.mark.parametrize("name", [*NAMES, "docs/teaching.md"])
def test_make_knows_what_is_advised(name):
    targets = re.findall(r"^(\w+):", text_of("Makefile"), re.M)
    advised = re.findall(r"`make (\w+)|^make (\w+)", text_of(name), re.M)
    assert advised and [words for words in advised if "".join(words) not in targets] == []


def test_both_languages_have_the_same_structure():
    english, korean = map(text_of, NAMES)
    levels = [re.findall(r"^#+(?= )", text, re.M) for text in (english, korean)]
    assert levels[1] == [*levels[0], "##"]  # and the terms
    korean = korean[: korean.rindex("\n## ")]
    shapes = [[len(row) for row in rows_of(text)] for text in (english, korean)]
    assert shapes[0] == shapes[1]
    items = [Counter(re.findall(r"^(?:- |\*\*|!\[)", text, re.M)) for text in (english, korean)]
    assert items[0] == items[1]


def test_both_languages_have_the_same_numbers():
    english, korean = map(text_of, NAMES)
    korean = korean[: korean.rindex("\n## ")]
    of = [
        Counter(re.findall(r"(?<![A-Za-z\d./])\d+\.\d+(?![A-Za-z\d/])", text))
        for text in (english, korean)
    ]
    assert of[0] == of[1] and of[0].total() > 60


def test_the_terms_are_those_of_the_glossary():
    korean = text_of("README.ko.md")
    _, _, *rows = rows_of(korean[korean.rindex("\n## ") :])
    glossary = re.findall(r"^### (.+)$", text_of("notebooks/glossary.md"), re.M)
    assert [english for _, english, _ in rows][: len(glossary)] == glossary


@pytest.mark.parametrize("name", [*NAMES, "docs/teaching.md", "notebooks/glossary.md"])
def test_papers_are_linked_where_they_are_named(name):
    text = text_of(name).split("\n## 용어")[0]
    named = [paper for paper in PAPERS if re.search(rf"(?<![\w-]){paper}(?![\w-])", text)]
    assert named and [paper for paper in named if f"{PAPERS[paper]})" not in text] == []
