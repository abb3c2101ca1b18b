"""What a terminal is shown of names that would give it orders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcsr.utils.terminal import printable


@pytest.mark.parametrize("text", ["", "course.pdf", "größer 크기 naïve.png", "C:\\new"])
def test_words_stay_as_they_are(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\r", r"two\nlines\r"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("gpj.\u202eexe", r"gpj.\u202eexe"),
        ("not \udcff Unicode", r"not \udcff Unicode"),
    ],
)
def test_controls_are_written_out(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_anything_becomes_one_printable_line(text):
    assert printable(text).isprintable()
