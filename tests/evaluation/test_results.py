"""What is written is read again, whatever was cut short."""

import pytest

from fcsr.errors import FcsrError
from fcsr.evaluation.results import Results

BEFORE = """\
dataset,scale,image,method,decode,psnr,lpips,lpips_01,lpips_255,black,bright,protocol,weights,files
Set5,2.0,a,lte,,30.5,0.25,0.125,0.1,0.0,1.5,"y, shave 2",abc,def
"""
"""A file as it was when every row had the same measures."""


def row(image: str, weights: str = "abc", **measures: float) -> dict:
    names = {"dataset": "Set5", "scale": 2.0, "image": image, "method": "lte", "decode": ""}
    depends = {"protocol": "y, shave 2", "weights": weights, "files": "def"}
    return names | (measures or {"psnr": 1 / 3}) | depends


@pytest.fixture
def results(tmp_path) -> Results:
    results = Results(tmp_path / "out")
    results.merge([])
    return results


def test_rows_come_back_bit_for_bit(results):
    rows = [row("001", psnr=value) for value in (0.1 + 0.2,)] + [
        row("a, b"),
        row("é\udcff"),
    ]  # as Python reads the byte 255
    results.append(rows[:1])
    results.append(rows[1:])
    assert results.read() == rows
    results.merge(results.read())
    assert results.read() == rows
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


def test_rows_are_not_dropped_before_the_whole_table_is_written(results, full_disk):
    rows = [row("a"), row("b")]
    results.append(rows)
    with full_disk(10), pytest.raises(FcsrError, match=r"images\.csv cannot be used"):
        results.merge(results.read())
    assert results.read() == rows


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


def test_measures_are_added_to_what_is_there(results):
    results.merge([row("a", psnr=1.0), row("b", psnr=2.0)])
    results.append([row("a", ssim=0.5), row("c", ssim=0.25)])
    merged = [row("b", psnr=2.0), row("a", psnr=1.0, ssim=0.5), row("c", ssim=0.25)]
    assert results.read() == merged
    results.merge(results.read())
    assert results.read() == merged
    names = "dataset,scale,image,method,decode", "protocol,weights,files"
    header, *lines = results.file.read_text().splitlines()
    assert header == f"{names[0]},psnr,ssim,{names[1]}"
    assert lines[0] == 'Set5,2.0,b,lte,,2.0,,"y, shave 2",abc,def'


def test_measures_of_other_weights_are_not_added(results):
    results.merge([row("a", psnr=1.0)])
    results.append([row("a", "new", ssim=0.5)])
    assert results.read() == [row("a", "new", ssim=0.5)]


def test_a_cut_at_any_byte_loses_no_measure_from_before(results):
    results.merge([row("a", psnr=1.0), row("b", psnr=2.0)])
    results.append([row("a", ssim=0.5)])
    results.append([row("b", ssim=0.25)])
    whole = results.partial.read_bytes()
    ends = [number for number, byte in enumerate(whole) if byte == ord("\n")][1:]
    for cut in range(len(whole)):
        results.partial.write_bytes(whole[:cut])
        found = {one["image"]: one for one in results.read()}
        assert [found[image]["psnr"] for image in "ab"] == [1.0, 2.0]
        assert sum("ssim" in one for one in found.values()) == sum(end < cut for end in ends)


def test_a_file_from_before_other_metrics_is_read_and_written_alike(results):
    results.file.write_text(BEFORE)
    [found] = results.read()
    measures = {"psnr": 30.5, "lpips": 0.25, "lpips_01": 0.125, "lpips_255": 0.1}
    assert found == row("a", **measures, black=0.0, bright=1.5)
    results.merge([found])
    assert results.file.read_text() == BEFORE
    results.append([row("a", ssim=0.5)])
    assert results.read() == [row("a", **measures, black=0.0, bright=1.5, ssim=0.5)]


def test_a_measure_that_is_unknown_is_refused(results):
    results.file.write_text(BEFORE.replace("lpips_255", "niqe"))
    with pytest.raises(FcsrError, match=r"is no table of this evaluation: .*'niqe'"):
        results.read()
