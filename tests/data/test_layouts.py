"""The ways in which people keep the sets are told apart, and nothing is guessed."""

from pathlib import Path

import pytest

from fcsr.data import layouts
from fcsr.data.layouts import Files
from fcsr.errors import ImageError


@pytest.fixture
def put(tmp_path):
    """`put("Set5/HR/a.png", ...)` makes empty files below tmp_path, which it gives back."""

    def make(*names: str) -> Path:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return make


@pytest.mark.parametrize("base", ["", "benchmark/"])
@pytest.mark.parametrize("suffix", sorted(layouts.SUFFIXES))
def test_edsr_and_liif(put, base, suffix):
    folder = f"{base}Set5"
    root = put(f"{folder}/HR/baby{suffix}", f"{folder}/LR_bicubic/X4/babyx4.png")
    hr, lr = root / f"{folder}/HR/baby{suffix}", root / f"{folder}/LR_bicubic/X4/babyx4.png"
    assert layouts.benchmark(root, "Set5", 4) == [Files("baby", hr, lr)]
    assert layouts.benchmark(root, "Set5", 4.0) == [Files("baby", hr, lr)]
    assert layouts.benchmark(root, "Set5", 2.5) == [Files("baby", hr, None)]
    assert layouts.benchmark(root, "Set14", 4) == []


@pytest.mark.parametrize("base", ["", "data/"])
@pytest.mark.parametrize(("name", "folder"), [("Set5", "Set5"), ("B100", "BSD100")])
def test_selfexsr(put, base, name, folder):
    def file(scale: int, kind: str) -> str:
        return f"{base}{folder}/image_SRF_{scale}/img_001_SRF_{scale}_{kind}.png"

    root = put(*(file(scale, kind) for scale in (2, 3) for kind in ("HR", "LR")))
    for scale in (2, 3):
        expected = Files("img_001", root / file(scale, "HR"), root / file(scale, "LR"))
        assert layouts.benchmark(root, name, scale) == [expected]
    for scale in (1.5, 2.5, 4):
        assert layouts.benchmark(root, name, scale) == [Files("img_001", root / file(2, "HR"))]


def test_selfexsr_has_urban100_in_its_own_size_at_x4_alone(put):
    names = [
        f"Urban100/image_SRF_{scale}/img_001_SRF_{scale}_{kind}.png"
        for scale in (2, 4)
        for kind in ("HR", "LR")
    ]
    root = put(*names)
    for scale in (2, 2.5, 3):
        assert layouts.benchmark(root, "Urban100", scale) == [Files("img_001", root / names[2])]
    files = Files("img_001", root / names[2], root / names[3])
    assert layouts.benchmark(root, "Urban100", 4) == [files]


@pytest.mark.parametrize("base", ["", "DIV2K/", "div2k/"])
def test_div2k(put, base):
    hr, lr = f"{base}DIV2K_valid_HR/0801.png", f"{base}DIV2K_valid_LR_bicubic/X2/0801x2.png"
    train = f"{base}DIV2K_train_HR/0001.png"
    root = put(hr, lr, train)
    assert layouts.benchmark(root, "DIV2K", 2) == [Files("0801", root / hr, root / lr)]
    assert layouts.benchmark(root, "DIV2K", 3) == [Files("0801", root / hr)]
    assert layouts.div2k_train(root) == [root / train]
    assert layouts.div2k_train(root / "DIV2K_valid_HR") == []


def test_bsds400_is_ordered_by_name_however_it_lies(put):
    images = "BSDS500/data/images"
    root = put(f"{images}/train/2.jpg", f"{images}/test/1.jpg", f"{images}/test/3.jpg")
    put(f"{images}/val/0.jpg", f"{images}/test/Thumbs.db")
    for place in (root, root / "BSDS500"):
        assert [path.name for path in layouts.bsds400(place)] == ["1.jpg", "2.jpg", "3.jpg"]


def test_one_part_of_bsds_is_not_bsds400(put):
    assert layouts.bsds400(put("BSDS500/data/images/train/2.jpg")) == []
    flat = put("bsds400/1.jpg", "bsds400/2.jpg")
    assert [path.name for path in layouts.bsds400(flat)] == ["1.jpg", "2.jpg"]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (["Set5/HR/b.png", "Set5/LR_bicubic/X3/ax3.png"], "Set5/LR_bicubic/X3/bx3.png"),
        (["Set5/image_SRF_3/img_002_SRF_3_HR.png"], "Set5/image_SRF_3/img_002_SRF_3_LR.png"),
    ],
)
def test_one_missing_lr_image_is_named(put, given, missing):
    root = put(*given)
    with pytest.raises(ImageError) as error:
        layouts.benchmark(root, "Set5", 3)
    assert str(root / missing) in str(error.value)


def test_photographs_of_one_stem_keep_their_whole_names(put):
    folder = put("mine/a.jpg", "mine/a.png", "mine/b.png") / "mine"
    assert [file.name for file in layouts.own(folder)] == ["a.jpg", "a.png", "b"]


def test_what_macos_writes_beside_photographs_is_none(put):
    folder = put("mine/._b.png", "mine/b.png") / "mine"
    assert layouts.image_files(folder) == [folder / "b.png"]


@pytest.mark.parametrize(
    ("name", "scale", "folders"),
    [
        ("DIV2K", 4, "DIV2K_valid_HR"),
        ("Set5", 3, "Set5/HR, Set5/image_SRF_3, Set5/image_SRF_2"),
        ("Set5", 2.5, "Set5/HR, Set5/image_SRF_2.5, Set5/image_SRF_2"),
        ("B100", 2, "B100/HR, BSD100/image_SRF_2"),
        ("Urban100", 2, "Urban100/HR, Urban100/image_SRF_4"),
    ],
)
def test_the_folders_that_were_looked_for_are_named(name, scale, folders):
    assert layouts.expected(name, scale) == folders
