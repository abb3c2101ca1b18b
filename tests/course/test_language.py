"""What the package prints and draws, in the language that FCSR_LANGUAGE names."""

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager

from fcsr.course import language
from fcsr.course.drawing import mpl
from fcsr.course.exercises.checking import check, expect
from fcsr.course.translation import catalogs
from fcsr.errors import FcsrError


@pytest.fixture
def korean(tmp_path, monkeypatch):
    """A few texts of the package in Korean."""
    texts = {"level": "화솟값", "right": "맞습니다", "not yet: {hint}": "아직 아닙니다: {hint}"}
    texts |= {"twice it": "두 배 하세요", "{1} is not 5: {2}": "{1}은(는) 5가 아닙니다. {2}"}
    monkeypatch.setattr(catalogs, "languages", lambda: ("ko",))
    monkeypatch.setattr(
        catalogs, "package", lambda language: {("", k): v for k, v in texts.items()}
    )
    monkeypatch.setenv(language.VARIABLE, "ko")
    language._use_font.cache_clear()
    yield
    language._use_font.cache_clear()


@pytest.fixture
def fonts(monkeypatch):
    """`fonts("A", "B")`: those that are installed."""

    def install(*names):
        file = font_manager.findfont("DejaVu Sans")  # for matplotlib looks whether it is there
        entries = [font_manager.FontEntry(fname=file, name=name) for name in names]
        monkeypatch.setattr(font_manager.fontManager, "ttflist", entries)
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [file, __file__])

    with matplotlib.rc_context():
        yield install


@check
def five(answer):
    expect(answer == 5, "twice it" if answer == 4 else f"{answer!r} is not 5: twice it")


def test_verdicts_and_their_hints_are_translated(korean):
    assert [repr(five(answer)) for answer in (5, 4)] == ["맞습니다", "아직 아닙니다: 두 배 하세요"]
    assert repr(five(2)) == "아직 아닙니다: 2은(는) 5가 아닙니다. 두 배 하세요"
    assert repr(five(None)) == "not answered yet", "what is not translated is English"


def test_without_the_variable_all_is_english(korean, monkeypatch):
    monkeypatch.delenv(language.VARIABLE)
    assert repr(five(5)) == "right"
    monkeypatch.setenv(language.VARIABLE, "tlh")
    assert language.current() == "en" and repr(five(5)) == "right"


def test_figures_are_korean_where_a_font_is(korean, fonts):
    fonts("DejaVu Sans", "NanumGothic")
    figure, axes = mpl.figure(9, 6, rows=3)
    mpl.draw_distribution(figure, axes, np.eye(256)[[7, 8, 9]], truth=None)
    assert axes[-1].get_xlabel() == "화솟값"
    assert matplotlib.rcParams["font.family"][0] == "NanumGothic", "which words in formulas take"
    assert len(matplotlib.rcParams["font.family"]) == 2, "before the one for all other letters"


def test_figures_are_english_where_no_font_has_hangul(korean, fonts):
    fonts("DejaVu Sans")
    before = matplotlib.rcParams["font.family"]
    assert language.drawn("level") == "level" and language._("level") == "화솟값"
    assert matplotlib.rcParams["font.family"] == before


def test_a_font_that_was_installed_later_is_found(korean, fonts, monkeypatch):
    fonts()
    monkeypatch.setitem(language.FONTS, "ko", ("DejaVu Sans",))  # the file that the system has
    assert language.drawn("level") == "화솟값"


def test_a_language_that_is_not_there_is_an_error(korean, monkeypatch):
    with pytest.raises(FcsrError, match="not translated into fr; give one of en, ko"):
        language.use("fr")
    language.use("en")
    assert language.current() == "en"
