"""Decks in a real browser: nothing fetched, nothing small, hardly anything to scroll."""

from pathlib import Path

import pytest

from fcsr.course.slides import pages

ROOT = Path(__file__).parents[2]
SMALLEST = 20  # pixels a letter, on a screen of 1280 x 720
OVERFULL = 0.1  # of the slides may be scrolled
LOOK = """() => {
  const slides = [...document.querySelectorAll('.course-slide')], small = [];
  const cut = slides.filter(s => s.scrollHeight > s.clientHeight + 2).length;
  const wide = slides.filter(s => s.scrollWidth > s.clientWidth + 2).length;
  const tall = [...document.images].filter(i => i.getBoundingClientRect().height > innerHeight);
  for (const slide of slides) {
    const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const around = texts.currentNode.parentElement;
      if (!texts.currentNode.textContent.trim() || around.closest('math, sub, sup')) continue;
      const size = parseFloat(getComputedStyle(around).fontSize);
      if (around.getBoundingClientRect().width && size < SMALLEST) small.push(around.outerHTML);
    }
  }
  return {slides: slides.length, cut, wide, tall: tall.length, small};
}""".replace("SMALLEST", str(SMALLEST))


@pytest.fixture(scope="module")
def decks(tmp_path_factory) -> list[Path]:
    return pages.make(ROOT / "notebooks", tmp_path_factory.mktemp("decks"))


@pytest.fixture
def screen(page):
    page.set_viewport_size({"width": 1280, "height": 720})
    return page


def slide(screen) -> float:
    """Which slide is seen; once scrolling has begun and come to rest."""
    screen.wait_for_timeout(200)
    screen.evaluate("window.last = -1")
    screen.wait_for_function(
        "() => { const y = scrollY, before = window.last; window.last = y; return y === before; }",
        polling=300,
    )
    return screen.evaluate("scrollY / innerHeight")


def test_decks_are_readable_and_fetch_nothing(screen, decks):
    for deck in decks:
        screen.goto(deck.as_uri())
        found = screen.evaluate(LOOK)
        assert found["small"] == [], deck.name
        assert found["wide"] == found["tall"] == 0, deck.name
        assert found["cut"] <= OVERFULL * found["slides"], deck.name
    assert screen.aborted == []


def test_keys_go_from_slide_to_slide(screen, decks):
    screen.goto(decks[0].as_uri())
    assert slide(screen) == 0
    for key, place in (("PageDown", 1), ("ArrowDown", 2), ("Space", 3), ("PageUp", 2), ("End", -1)):
        screen.keyboard.press(key)
        last = screen.evaluate("document.querySelectorAll('.course-slide').length - 1")
        assert slide(screen) == pytest.approx(place % (last + 1), abs=0.02), key
