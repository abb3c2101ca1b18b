"""What a file of names and values is read as, and what is refused before it costs anything."""

import pytest

from fcsr.course.report import yaml_scalars
from fcsr.errors import FcsrError

ALIASES = "a: &a [x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b]"


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "00_p.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3),
        ("1E3", 1000.0),
        ("-1.5e+3", -1500.0),
        ("5.", 5.0),
        (".5", 0.5),
        ("1_000", 1000),
        ("-0x1F", -31),
        ("+7", 7),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("017", "017"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        (".inf", ".inf"),
        ("1.2.3", "1.2.3"),
        ("e3", "e3"),
        ("'1e-3'", "1e-3"),
        ('"two\\nlines"', "two\nlines"),
        ("Set5 Set14  # both", "Set5 Set14"),
    ],
)
def test_a_scalar_is_what_it_looks_like(written, text, value):
    [read] = yaml_scalars.read(written(f"x: {text}")).values()
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ALIASES, "line 1, has an alias, an anchor or a tag"),
        ("a: &a x\nb: *a", "line 1, has an alias"),
        ("a: x\nb: *a", "line 2, has an alias"),
        ("a: x\nb: !!timestamp x", "line 2, has an alias, an anchor or a tag"),
        ("!!set {a, b}", "has an alias, an anchor or a tag"),
        ("name: !!python/object/apply:os.getcwd []", "has an alias, an anchor or a tag"),
        ("a: 1\nb: [8, 16]", "line 2, begins a list or a mapping; parameters are numbers"),
        ("a: {b: 1}", "line 1, begins a list or a mapping"),
        ("a: " + "[" * 60_000, "line 1, begins a list or a mapping"),
        ("a: " + "{b: " * 15_000, "line 1, begins a list or a mapping"),
        ("- steps", "begins a list or a mapping"),
        ("a:", "gives a no value; parameters are numbers"),
        ("a: 1\n'a': 2", "has 'a' twice; give it one value"),
        ("a: 1e999", "gives a a number that is too large for a float"),
        ("a: " + "9" * 5000, "cannot be read as YAML: Exceeds the limit"),
        ("a: 1\n---\na: 2", "line 3, begins a list or a mapping"),
        ("a: {", "begins a list or a mapping"),
        ("a: 'b", "cannot be read as YAML: while scanning"),
        ("a: \x1b[2J", "cannot be read as YAML: unacceptable character"),
        (b"a: \xff", "cannot be read as YAML"),
        ("x" * 70_000, "it is larger than 65536 bytes"),
        ("text", "holds no parameters"),
        ("", "holds no parameters"),
    ],
)
def test_all_else_is_refused_in_few_words(written, text, message):
    with pytest.raises(FcsrError, match=message) as refused:
        yaml_scalars.read(written(text))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_folder_and_a_file_without_end(tmp_path):
    with pytest.raises(FcsrError, match=r"cannot be read as YAML: .*Is a directory"):
        yaml_scalars.read(tmp_path)
    (tmp_path / "link").symlink_to("/dev/zero")
    with pytest.raises(FcsrError, match="larger than"):
        yaml_scalars.read(tmp_path / "link")
