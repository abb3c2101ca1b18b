"""Small pictures of every kind, and their files."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def noise(shape, dtype="uint8", seed=0) -> np.ndarray:
    unit = np.random.default_rng(seed).random(shape)
    white = {"bool": 1, "uint8": 255, "uint16": 65535}.get(np.dtype(dtype).name)
    return (np.rint(unit * white) if white else unit).astype(dtype)


def picture(mode: str) -> Image.Image:
    if mode == "P":
        return picture("RGB").quantize(16)
    if mode == "LAB":  # Pillow does not convert to it
        return Image.frombytes("LAB", (7, 5), noise((5, 7, 3)).tobytes())
    if mode in ("La", "RGBa"):  # colours that are multiplied by alpha
        return picture(mode.upper()).convert(mode)
    if mode in ("L", "LA", "RGB", "RGBA"):
        return Image.fromarray(noise((5, 7, len(mode)) if len(mode) > 1 else (5, 7)))
    return picture("RGBA" if mode == "PA" else "RGB").convert(mode)


def encoded(image: Image.Image, file_format: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
