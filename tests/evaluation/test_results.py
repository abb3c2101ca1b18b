"""What is written is read again, whatever was cut short."""

import pytest

from fcsr.errors import FcsrError
from fcsr.evaluation.results import COLUMNS, Results
from fcsr.metrics import MEASURES


def row(image: str, method: str = "lte", psnr: float = 1 / 3) -> dict:
    names = {"dataset": "Set5", "scale": 2.0, "image": image, "method": method, "decode": ""}
    measures = dict.fromkeys(MEASURES, 0.1) | {"psnr": psnr}
    return names | measures | {"protocol": "y, shave 2", "weights": "abc", "files": "def"}


@pytest.fixture
def results(tmp_path) -> Results:
    results = Results(tmp_path / "out")
    results.merge([])
    return results


def test_rows_come_back_bit_for_bit(results):
    rows = [row("001", psnr=value) for value in (0.1 + 0.2,)] + [row("a, b"), row("é")]
    results.append(rows[:1])
    results.append(rows[1:])
    assert results.read() == rows
    results.merge(results.read())
    assert results.read() == rows and tuple(results.read()[0]) == COLUMNS
    assert [path.name for path in results.folder.iterdir()] == ["images.csv"]


def test_a_number_that_is_none_is_named(results):
    results.append([row("001", psnr="high")])
    with pytest.raises(FcsrError, match=r"partial is damaged \(.*'high'\); delete it"):
        results.read()


def test_infinite_psnr_comes_back(results):
    results.append([row("same", psnr=float("inf"))])
    assert results.read()[0]["psnr"] == float("inf")


def test_a_cut_at_any_byte_loses_no_whole_row(results):
    rows = [row("a"), row("b"), row("c")]
    for one in rows:
        results.append([one])
    whole = results.partial.read_bytes()
    ends = [number for number, byte in enumerate(whole) if byte == ord("\n")][1:]
    for cut in range(len(whole)):
        results.partial.write_bytes(whole[:cut])
        assert results.read() == rows[: sum(end < cut for end in ends)]


def test_processes_write_side_by_side(results):
    other = Results(results.folder, process=1)
    results.append([row("a")])
    other.append([row("b")])
    results.append([row("c")])
    assert {one["image"] for one in results.read()} == {"a", "b", "c"}


def test_the_last_of_equal_names_counts(results):
    results.merge([row("a", psnr=1.0), row("b"), row("a", psnr=2.0)])
    assert [(one["image"], one["psnr"]) for one in results.read()] == [("b", 1 / 3), ("a", 2.0)]


def test_another_table_is_refused_and_kept(tmp_path):
    (tmp_path / "images.csv").write_text("name,price\nx,1\n")
    with pytest.raises(FcsrError, match="is no table of this evaluation"):
        Results(tmp_path).read()
    assert (tmp_path / "images.csv").read_text() == "name,price\nx,1\n"
