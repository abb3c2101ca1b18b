"""Sets found in every layout, LR made where it is not given."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fcsr import data, images
from fcsr.data import sets
from fcsr.errors import ImageError
from fcsr.images import imresize

SHARED = Path(__file__).parents[3] / "shared" / "data"
NEEDS_SHARED = pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs the image sets in {SHARED}")


@pytest.fixture
def write(tmp_path):
    """`write("a/b.png", width, height)`: a crop of a photograph below the test's folder."""

    def make(name: str, width: int, height: int) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        images.sample("coffee").crop((100, 100, 100 + width, 100 + height)).save(path)
        return path

    return make


@pytest.fixture(autouse=True)
def nowhere_else(monkeypatch, tmp_path):
    """No set is found outside of the test's folder, and none is downloaded."""
    monkeypatch.delenv("FCSR_DATA", raising=False)
    monkeypatch.setattr(sets, "_download", lambda *_: pytest.fail("would be downloaded"))


LAYOUTS = {
    "EDSR": ("Set5/HR/img.png", "Set5/LR_bicubic/X2/imgx2.png"),
    "LIIF": ("benchmark/Set5/HR/img.png", "benchmark/Set5/LR_bicubic/X2/imgx2.png"),
    "SelfExSR": (
        "Set5/image_SRF_2/img_001_SRF_2_HR.png",
        "Set5/image_SRF_2/img_001_SRF_2_LR.png",
    ),
    "a clone of SelfExSR": (
        "data/Set5/image_SRF_2/img_001_SRF_2_HR.png",
        "data/Set5/image_SRF_2/img_001_SRF_2_LR.png",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_given_lr_images_are_taken_in_every_layout(layout, write, tmp_path):
    hr, lr = LAYOUTS[layout]
    write(hr, 11, 9), write(lr, 5, 4)
    [pair] = data.benchmark("Set5", 2, tmp_path)
    assert pair.lr.size == (5, 4) and pair.hr.size == (10, 8)
    assert np.array_equal(np.asarray(pair.lr), np.asarray(Image.open(tmp_path / lr)))
    assert [pair.name] == data.benchmark("Set5", 2, tmp_path).names


@pytest.mark.parametrize("folder", ["", "DIV2K/", "div2k/"])
def test_div2k_is_found_as_it_comes(folder, write, tmp_path):
    write(f"{folder}DIV2K_valid_HR/0801.png", 12, 8)
    write(f"{folder}DIV2K_valid_LR_bicubic/X4/0801x4.png", 3, 2)
    [pair] = data.benchmark("DIV2K", 4, tmp_path)
    assert (pair.name, pair.lr.size) == ("0801", (3, 2))


def test_b100_is_called_bsd100_by_selfexsr(write, tmp_path):
    write("BSD100/image_SRF_3/img_001_SRF_3_HR.png", 9, 9)
    write("BSD100/image_SRF_3/img_001_SRF_3_LR.png", 3, 3)
    assert data.benchmark("B100", 3, tmp_path).names == ["img_001"]


@pytest.mark.parametrize(
    "hr",
    [
        "Urban100/HR/img.png",
        "Urban100/image_SRF_4/img_001_SRF_4_HR.png",
        "DIV2K_valid_HR/0801.png",
        "holidays/img.jpg",
    ],
)
@pytest.mark.parametrize("scale", [3, 2.5])
def test_lr_is_made_where_none_is_given(hr, scale, write, tmp_path):
    write(hr, 31, 22)
    name = {"D": "DIV2K"}.get(hr[0], hr.split("/")[0])
    [pair] = data.benchmark(name, scale, tmp_path)
    size = {3: (7, 10), 2.5: (8, 12)}[scale]
    assert pair.lr.size == size[::-1]
    assert pair.hr.size == {3: (30, 21), 2.5: (30, 20)}[scale]
    assert np.array_equal(np.asarray(pair.lr), np.asarray(imresize(pair.hr, size)))


def test_a_folder_of_ones_own_needs_no_root(write):
    folder = write("holidays/beach.jpg", 20, 20).parent
    assert data.benchmark(folder, 2).names == ["beach"]


def test_the_root_may_come_from_the_environment(write, tmp_path, monkeypatch):
    write("Set5/HR/img.png", 8, 8)
    monkeypatch.setenv("FCSR_DATA", str(tmp_path))
    assert len(data.benchmark("Set5", 2)) == 1


def test_images_are_opened_when_they_are_asked_for(write, tmp_path):
    write("Set5/HR/a.png", 8, 8)
    (tmp_path / "Set5" / "HR" / "b.png").write_bytes(b"no image")
    pairs = data.benchmark("Set5", 2, tmp_path)
    assert len(pairs) == 2 and pairs[0].name == "a"
    with pytest.raises(ImageError, match=r"b\.png is not an image"):
        pairs[1]


def test_a_missing_lr_file_is_named_at_once(write, tmp_path):
    write("Set5/HR/a.png", 8, 8), write("Set5/HR/b.png", 8, 8)
    write("Set5/LR_bicubic/X2/ax2.png", 4, 4)
    with pytest.raises(ImageError, match=r"bx2\.png is missing; it is the LR image of .*b\.png"):
        data.benchmark("Set5", 2, tmp_path)


def test_an_lr_file_of_another_size_is_named(write, tmp_path):
    write("Set5/HR/a.png", 8, 8), write("Set5/LR_bicubic/X2/ax2.png", 4, 3)
    with pytest.raises(ImageError, match=r"ax2\.png has 4x3 pixels; .* x2 reduction has 4x4"):
        data.benchmark("Set5", 2, tmp_path)[0]


def test_photographs_too_small_for_the_scale_are_named(write):
    folder = write("small/a.png", 20, 3).parent
    with pytest.raises(ImageError, match=r"a\.png has 20x3 pixels; it is too small for x4"):
        data.benchmark(folder, 4)[0]


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16"])
def test_pairs_are_8_bit_rgb(mode, tmp_path):
    values = np.asarray(images.sample("coffee").convert("L").crop((0, 0, 8, 8)))
    picture = Image.fromarray(values.astype(np.uint16) * 257) if mode == "I;16" else None
    (picture or Image.fromarray(values).convert(mode)).save(tmp_path / "a.png")
    pair = data.benchmark(tmp_path, 2)[0]
    assert np.array_equal(np.asarray(pair.hr), np.repeat(values[..., None], 3, axis=2))
    assert pair.lr.mode == "RGB"


@pytest.mark.parametrize("said", ["root", "FCSR_DATA"])
def test_a_root_that_is_no_folder_is_refused(said, tmp_path, monkeypatch):
    nowhere = tmp_path / "nowhere"
    if said == "FCSR_DATA":
        monkeypatch.setenv(said, str(nowhere))
    with pytest.raises(ImageError, match=f"{said} is {nowhere}, which is not a folder"):
        data.benchmark("Set5", 2, nowhere if said == "root" else None)


def test_a_size_that_the_scale_divides_loses_no_pixel(write):
    """33 / 1.1 is 29.999999999999996 in floating point."""
    [pair] = data.benchmark(write("holidays/a.png", 33, 22).parent, 1.1)
    assert (pair.lr.size, pair.hr.size) == ((30, 20), (33, 22))


@pytest.mark.parametrize("scale", [1, 0, -2, float("inf"), float("nan")])
def test_scales_are_above_one(scale, tmp_path):
    with pytest.raises(ImageError, match="above 1"):
        data.benchmark("Set5", scale, tmp_path)


def test_an_unknown_set_is_named_with_the_places_that_were_looked_at(tmp_path):
    with pytest.raises(ImageError, match=f"Set6 is neither a set .*looked in {tmp_path}"):
        data.benchmark("Set6", 2, tmp_path)


# Photographs to train on


def test_photographs_of_a_folder(write, tmp_path):
    write("b.png", 9, 9), write("a.jpg", 9, 9)
    (tmp_path / "notes.txt").write_text("no photograph")
    assert [path.name for path in data.photographs(tmp_path)] == ["a.jpg", "b.png"]


def test_folders_without_photographs_are_refused(tmp_path):
    with pytest.raises(ImageError, match=r"is not a folder; .* BSDS400 or DIV2K"):
        data.photographs(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("no photograph")
    with pytest.raises(ImageError, match="holds no photograph"):
        data.photographs(tmp_path)


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("BSDS400", ["bsds400/1.jpg", "bsds400/2.jpg"]),
        ("BSDS400", ["BSDS500/data/images/test/1.jpg", "BSDS500/data/images/train/2.jpg"]),
        ("DIV2K", ["DIV2K_train_HR/0001.png"]),
        ("DIV2K", ["div2k/DIV2K_train_HR/0001.png"]),
    ],
)
def test_training_sets_are_found_in_their_layouts(name, files, write, tmp_path):
    written = [write(file, 8, 8) for file in files]
    write("BSDS500/data/images/val/3.jpg", 8, 8)  # B100, not to be trained on
    assert data.photographs(name, tmp_path) == written


def test_a_training_set_is_found_beside_its_other_half(write, tmp_path, monkeypatch):
    wanted = write("DIV2K/DIV2K_train_HR/0001.png", 8, 8)
    monkeypatch.chdir(tmp_path)
    for root in (None, tmp_path):
        [found] = data.photographs("DIV2K", root)
        assert found.resolve() == wanted


def test_images_of_one_stem_keep_their_names_apart(write, tmp_path):
    for name in ("a.png", "a.bmp", "b.png"):
        write(f"Set/HR/{name}", 8, 8)
    assert data.benchmark("Set", 2, tmp_path).names == ["a.bmp", "a.png", "b"]


def test_photographs_keep_their_pixels(tmp_path):
    pixels = np.asarray(images.sample("coffee").crop((0, 0, 12, 9)))
    Image.fromarray(pixels).save(tmp_path / "a.png")
    (loaded,) = data.load_photographs(data.photographs(tmp_path), "cpu")
    assert np.array_equal(loaded.permute(1, 2, 0).numpy(), pixels)


# The real sets


@NEEDS_SHARED
@pytest.mark.parametrize(
    ("name", "scale", "count"),
    [("Set5", 2, 5), ("Set14", 3, 14), ("B100", 4, 100), ("Urban100", 4, 20), ("Urban100", 2, 20)],
)
def test_the_sets_are_whole(name, scale, count):
    pairs = data.benchmark(name, scale, SHARED)
    assert len(pairs) == len(set(pairs.names)) == count
    lr, hr = pairs[0].lr, pairs[0].hr
    assert (hr.width, hr.height) == (lr.width * scale, lr.height * scale)


@NEEDS_SHARED
def test_making_lr_is_the_same_as_being_given_it(tmp_path):
    shutil.copytree(SHARED / "benchmark" / "Set5" / "HR", tmp_path / "Set5" / "HR")
    for made, given in zip(
        data.benchmark("Set5", 3, tmp_path), data.benchmark("Set5", 3, SHARED), strict=True
    ):
        assert np.array_equal(np.asarray(made.lr), np.asarray(given.lr))


def test_what_many_photographs_hold_beside_is_one_warning(tmp_path):
    page = images.sample("coffee").crop((0, 0, 32, 24))
    for name in ("a", "b", "c"):
        page.save(tmp_path / f"{name}.tif", save_all=True, append_images=[page])
    paths = sorted(tmp_path.glob("*.tif"))
    with pytest.warns(
        UserWarning, match="^3 warnings of 3 photographs, the first: .*a.tif"
    ) as caught:
        photographs = data.load_photographs(paths, "cpu")
    assert len(caught) == 1 and len(photographs) == 3
