"""The layouts in which the field's image sets are kept on disk.

Each function takes a folder and returns the files that it finds there, or an empty list if the
folder is not laid out so.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fcsr.errors import ImageError

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}


class Files(NamedTuple):
    """The files of an image of a set; without `lr`, LR has to be made from `hr`."""

    name: str
    hr: Path
    lr: Path | None = None


def expected(name: str, scale: float) -> str:
    """The folders that a set may be in, for messages."""
    if name == "DIV2K":
        return "DIV2K_valid_HR"
    used = dict.fromkeys(selfexsr_folder(name, given) for given in selfexsr_scales(name, scale))
    return ", ".join((f"{name}/HR", *used))


def image_files(folder: Path) -> list[Path]:
    """All image files of a folder, in the order of their names; none if there is no folder."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("._")  # macOS's notes
    )


def benchmark(root: Path, name: str, scale: float) -> list[Files]:
    """A set below `root` in any of the layouts of this module.

    Raises:
        ImageError: the set has LR images of this scale, but not of each HR image.
    """
    if name == "DIV2K":
        return div2k(root, scale)
    return edsr(root, name, scale) or selfexsr(root, name, scale) or own(root / name)


def edsr(root: Path, name: str, scale: float) -> list[Files]:
    """EDSR's and LIIF's layout: `Set5/HR/baby.png` and `Set5/LR_bicubic/X4/babyx4.png`."""
    for folder in (root / name, root / "benchmark" / name):
        if found := image_files(folder / "HR"):
            return _with_lr(found, folder / "LR_bicubic" / f"X{scale:g}", scale)
    return []


def div2k(root: Path, scale: float) -> list[Files]:
    """DIV2K's validation part as its zip files unpack."""
    for folder in (root, root / "DIV2K", root / "div2k"):
        if found := image_files(folder / "DIV2K_valid_HR"):
            return _with_lr(found, folder / "DIV2K_valid_LR_bicubic" / f"X{scale:g}", scale)
    return []


def selfexsr(root: Path, name: str, scale: float) -> list[Files]:
    """SelfExSR's layout: `Set5/image_SRF_4/img_001_SRF_4_HR.png`, LR beside it; B100 is BSD100.

    Where it has no images of this scale, HR is taken from another, see `selfexsr_scales`.
    """
    for base in (root, root / "data"):
        for given in selfexsr_scales(name, scale):
            if found := _hr(base / selfexsr_folder(name, given)):
                if given != scale:
                    return [Files(_number(hr), hr) for hr in found]
                lr = (hr.with_name(hr.name.replace("_HR", "_LR")) for hr in found)
                return _complete(map(Files, map(_number, found), found, lr))
    return []


def own(folder: Path) -> list[Files]:
    """Any folder of photographs, or one photograph."""
    found = [folder] if folder.is_file() else image_files(folder)
    return list(map(Files, _names(found), found))


def bsds400(root: Path) -> list[Path]:
    """The train and test photographs of BSDS500: in its own folders, or in one `bsds400`.

    The val photographs are B100, so they are not for training.
    """
    for folder in (root, root / "BSDS500"):
        images = folder / "data" / "images"
        train, test = image_files(images / "train"), image_files(images / "test")
        if train and test:
            return sorted([*train, *test], key=lambda path: path.name)
    return image_files(root / "bsds400")


def div2k_train(root: Path) -> list[Path]:
    """DIV2K's training photographs as their zip file unpacks."""
    folders = (root, root / "DIV2K", root / "div2k")
    return next(filter(None, (image_files(f / "DIV2K_train_HR") for f in folders)), [])


def selfexsr_folder(name: str, scale: float) -> str:
    """The folder in which SelfExSR keeps a set at a scale."""
    return f"{'BSD100' if name == 'B100' else name}/image_SRF_{scale:g}"


def selfexsr_scales(name: str, scale: float) -> tuple[float, float]:
    """The scales whose folders can give HR images for a scale: its own, then the least cropped.

    Only image_SRF_4 has Urban100's photographs in full size; HR in its image_SRF_2 is half as
    large, and no published x2 is measured on that.
    """
    least_cropped = 4 if name == "Urban100" else 2
    return max(scale, least_cropped), least_cropped


def _number(hr: Path) -> str:
    return hr.name.split("_SRF_")[0]


def _hr(folder: Path) -> list[Path]:
    return [path for path in image_files(folder) if path.stem.endswith("_HR")]


def _with_lr(hr: list[Path], folder: Path, scale: float) -> list[Files]:
    if not folder.is_dir():
        return list(map(Files, _names(hr), hr))
    lr = (folder / f"{path.stem}x{scale:g}.png" for path in hr)
    return _complete(map(Files, _names(hr), hr, lr))


def _names(paths: list[Path]) -> list[str]:
    """Names for images: the files' stems, or their whole names where stems repeat."""
    stems = Counter(path.stem for path in paths)
    return [path.stem if stems[path.stem] == 1 else path.name for path in paths]


def _complete(files: Iterable[Files]) -> list[Files]:
    """The same files, once it is known that their LR images exist."""
    files = list(files)
    for image in files:
        if image.lr and not image.lr.is_file():
            raise ImageError(f"{image.lr} is missing; it is the LR image of {image.hr}")
    return files
