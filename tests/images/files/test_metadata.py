"""A photograph keeps its camera, its resolution and its colours, in all formats that hold them."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from fcsr import images, inference
from fcsr.errors import ImageError
from fcsr.images.files import exif as exif_module
from fcsr.images.files import metadata, tiff

CASES = Path(__file__).parents[1] / "cases"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FORMATS = (".png", ".tif", ".jpg", ".webp")
CAMERA = {33434: IFDRational(1, 250), 34855: 400, 36867: "2001:02:03 04:05:06", 42036: "50 mm"}
PLACE = {1: "N", 2: (IFDRational(47), IFDRational(30), IFDRational(1, 2))}


def photograph() -> Image.Image:
    return images.sample("coffee").resize((36, 24))


def exif() -> Image.Exif:
    result = Image.Exif()
    result[0x0112] = 6
    result[0x010F], result[0x013B], result[0x010E] = "TestCam", "A. Photographer", "A cup"
    result[ExifTags.IFD.Exif] = CAMERA | {40962: 36, 40963: 24}
    result[ExifTags.IFD.GPSInfo] = PLACE
    return result


def upscaled(source: Path, target: Path) -> Image.Image:
    inference.upscale_file(source, target, 1.5, model="bicubic", progress=False)
    result = Image.open(target)
    result.load()
    return result


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("source", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_photograph_keeps_its_camera_date_and_place(source, suffix, tmp_path):
    photograph().save(tmp_path / "in", source, exif=exif().tobytes())
    with upscaled(tmp_path / "in", tmp_path / f"out{suffix}") as result:
        assert result.size == (36, 54)  # upright
        found = result.getexif()
        assert found.get(0x0112, 1) == 1
        assert (found[0x010F], found[0x013B], found[0x010E]) == (
            "TestCam",
            "A. Photographer",
            "A cup",
        )
        assert found.get_ifd(ExifTags.IFD.Exif) == CAMERA  # without the old size
        assert found.get_ifd(ExifTags.IFD.GPSInfo) == PLACE


@pytest.mark.parametrize("suffix", FORMATS)
def test_in_memory_it_is_kept_as_well(suffix, tmp_path):
    photograph().save(tmp_path / "in.jpg", exif=exif(), dpi=(300, 300), icc_profile=SRGB)
    with Image.open(tmp_path / "in.jpg") as opened:
        parts = images.unpack(opened)
    images.save(parts.pack(parts.rgb), tmp_path / f"out{suffix}")
    held = images.read(tmp_path / f"out{suffix}")
    assert held.info["icc_profile"] == SRGB
    assert held.info["dpi"] == pytest.approx((300, 300), abs=0.02)
    assert b"TestCam" in held.info["exif"]


def test_exif_of_a_tiff_beyond_4_gb_is_found(tmp_path):
    """In a BigTIFF all offsets have 8 bytes."""
    data = exif().tobytes()
    with tifffile.TiffWriter(tmp_path / "big.tif", bigtiff=True, byteorder="<") as file:
        file.write(np.zeros((4, 4), np.uint8), extratags=tiff.exif_tags(data), metadata=None)
    tiff.link(tmp_path / "big.tif", data)
    with Image.open(tmp_path / "big.tif") as opened:
        found = opened.getexif()
        assert found[0x010F] == "TestCam"
        assert found.get_ifd(ExifTags.IFD.Exif) == CAMERA | {40962: 36, 40963: 24}
        assert found.get_ifd(ExifTags.IFD.GPSInfo) == PLACE


@pytest.mark.parametrize("suffix", [*FORMATS, ".bmp"])
def test_dots_per_inch_are_kept(suffix, tmp_path):
    inference.upscale_file(
        CASES / "dpi300.jpg", tmp_path / f"out{suffix}", 2, model="bicubic", progress=False
    )
    assert images.read(tmp_path / f"out{suffix}").info["dpi"] == pytest.approx((300, 300), abs=0.02)


def test_dots_per_centimetre_are_dots_per_inch(tmp_path):
    pixels = np.zeros((3, 5, 7), np.uint16)
    options = {"photometric": "rgb", "planarconfig": "separate"}  # Pillow does not read these
    tifffile.imwrite(tmp_path / "a.tif", pixels, resolution=(100, 100), resolutionunit=3, **options)
    assert images.read(tmp_path / "a.tif").info["dpi"] == pytest.approx((254, 254))


@pytest.mark.parametrize("name", ["exif6.jpg", "multi.tif", "rgb16.tif", "anim.gif"])
def test_no_resolution_is_made_up(name):
    assert "dpi" not in images.read(CASES / name).info


def test_a_profile_is_kept_where_pillow_does_not_read_the_file(tmp_path):
    pixels = np.full((5, 7, 3), 0.5, np.float32)
    tifffile.imwrite(tmp_path / "in.tif", pixels, photometric="rgb", iccprofile=SRGB)
    inference.upscale_file(
        tmp_path / "in.tif", tmp_path / "out.tif", 2, model="bicubic", progress=False
    )
    assert images.read(tmp_path / "out.tif").info["icc_profile"] == SRGB


def with_a_text_for_profile(path: Path, dtype: type) -> Path:
    pixels = np.zeros((5, 7, 3), dtype)
    tifffile.imwrite(path, pixels, photometric="rgb", iccprofile=SRGB)
    tag = struct.pack("<HH", 34675, 7)
    assert path.read_bytes().count(tag) == 1
    path.write_bytes(path.read_bytes().replace(tag, struct.pack("<HH", 34675, 2)))
    return path


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_profile_that_is_a_text_is_named(dtype, tmp_path):
    held = images.read(with_a_text_for_profile(tmp_path / "in.tif", dtype))
    assert held.dropped == ("its colour profile, which is damaged",)
    assert "icc_profile" not in held.info


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_profile_that_is_a_text_is_not_handed_on(suffix, tmp_path):
    source = with_a_text_for_profile(tmp_path / "in.tif", np.uint8)
    image = images.load(source)
    assert "icc_profile" not in image.info
    images.save(image, tmp_path / f"out{suffix}")
    with pytest.warns(UserWarning, match="its colour profile, which is damaged"):
        upscaled(source, tmp_path / f"large{suffix}")


# Colours

CICP, LINEAR = b"\x09\x10\0\x01", struct.pack(">I", 100_000)
WIDE = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)  # P3
COLOURS = {"cICP": CICP, "gAMA": LINEAR, "cHRM": WIDE}


def coloured(path: Path, **chunks: bytes) -> Path:
    info = PngInfo()
    for name, content in chunks.items():
        info.add(name.encode(), content)
    photograph().save(path, pnginfo=info)
    return path


@pytest.mark.parametrize("name", COLOURS)
def test_a_png_hands_its_colour_space_to_a_png(name, tmp_path):
    source = coloured(tmp_path / "in.png", **{name: COLOURS[name]})
    inference.upscale_file(source, tmp_path / "out.png", 2, model="bicubic", progress=False)
    images.save(images.load(source), tmp_path / "saved.png")
    for written in ("out.png", "saved.png"):
        data = (tmp_path / written).read_bytes()
        assert name.encode() + COLOURS[name] in data.split(b"IDAT")[0]
        assert images.load(tmp_path / written).size


@pytest.mark.parametrize("suffix", [".tif", ".jpg", ".webp", ".bmp"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cicp_pq.png", "cICP: PQ, primaries 9"),
        ("gama_linear.png", "gAMA: 1"),
        ("wide.png", "cHRM: other primaries"),
    ],
)
def test_a_format_without_that_colour_space_is_refused(name, words, suffix, tmp_path):
    source = CASES / name
    if name == "wide.png":
        source = coloured(tmp_path / name, cHRM=WIDE)
    target = tmp_path / f"out{suffix}"
    message = rf"out\{suffix}: \w+ cannot hold its colour space \({words}\); use \.png"
    with pytest.raises(ImageError, match=message):
        inference.upscale_file(source, target, 2, model="bicubic", progress=False)
    with pytest.raises(ImageError, match=message):
        images.save(images.load(source), target)
    assert not target.exists()


@pytest.mark.parametrize(
    "chunks",
    [
        {"gAMA": struct.pack(">I", 45455)},
        {"sRGB": b"\0", "gAMA": LINEAR},
        {"cICP": b"\x01\x0d\0\x01"},
        {"cICP": b"\x01\x0d\0\x01", "gAMA": LINEAR},
        {"cHRM": struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)},
    ],
    ids=lambda chunks: " ".join(chunks),
)
def test_what_is_srgb_may_become_any_format(chunks, tmp_path):
    source = coloured(tmp_path / "in.png", **chunks)
    assert images.read(source).info == {}
    inference.upscale_file(source, tmp_path / "out.jpg", 2, model="bicubic", progress=False)


def test_a_profile_outranks_gamma(tmp_path):
    info = PngInfo()
    info.add(b"gAMA", LINEAR)
    photograph().save(tmp_path / "in.png", pnginfo=info, icc_profile=SRGB)
    assert images.read(tmp_path / "in.png").info == {"icc_profile": SRGB}


def test_an_avif_tells_of_high_dynamic_range():
    buffer = io.BytesIO()
    photograph().save(buffer, "AVIF")
    data = buffer.getvalue()
    start = data.index(b"colrnclx") + 8
    assert images.from_bytes(data, "a.avif").info.get("cicp") is None
    hdr = data[:start] + struct.pack(">HH", 9, 16) + data[start + 4 :]
    assert images.from_bytes(hdr, "a.avif").info["cicp"] == CICP


# What is named


def with_texts(path: Path, **texts: str) -> Path:
    info = PngInfo()
    for key, text in texts.items():
        info.add_itxt(key.replace("_", " "), text)
    photograph().save(path, pnginfo=info)
    return path


def test_a_png_hands_its_texts_to_a_png(tmp_path):
    texts = {"Title": "커피", "Creation Time": "2026", "parameters": "steps: 20"}
    about = {"date:modify": "2026", "XML:com.adobe.xmp": "<x/>", "Raw profile type xmp": "x"}
    source = with_texts(tmp_path / "in.png", **texts, **about)
    assert images.read(source).dropped == ()
    images.save(images.load(source), tmp_path / "saved.png")
    with upscaled(source, tmp_path / "out.png") as result:
        assert result.text == texts
    with Image.open(tmp_path / "saved.png") as result:
        result.load()
        assert result.text == texts


def test_what_is_not_kept_is_named_once_in_a_warning(tmp_path):
    source = with_texts(tmp_path / "in.png", Title="A cup", Software="a program", Comment="GIMP")
    with pytest.warns(UserWarning) as found:
        inference.upscale_file(source, tmp_path / "out.jpg", 2, model="bicubic", progress=False)
    assert [str(warning.message) for warning in found] == [
        f"{source}: the result lacks the text 'Title'"
    ]


PROGRAMS = {
    "JPEG": {"comment": "CREATOR: gd-jpeg v1.0", "xmp": b"<x:xmpmeta/>"},
    "WEBP": {"xmp": b"<x:xmpmeta/>"},
    "GIF": {"comment": "Created with GIMP"},
    "TIFF": {"tiffinfo": {700: b"<x:xmpmeta/>", 34377: b"8BIM", 50341: b"PrintIM"}},
}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_what_programs_write_is_left_out_in_silence(kind, tmp_path):
    photograph().save(tmp_path / "a", kind, **PROGRAMS[kind])
    assert images.read(tmp_path / "a").dropped == ()


def iptc(*records: tuple[int, bytes]) -> bytes:
    return b"".join(b"\x1c\x02%c" % number + struct.pack(">H", len(t)) + t for number, t in records)


STAMP, CAPTION = iptc((0, b"\0\2"), (60, b"120000+0900")), iptc((0, b"\0\2"), (120, b"A cup"))


@pytest.mark.parametrize(("records", "dropped"), [(STAMP, ()), (CAPTION, ("IPTC",))])
def test_of_iptc_a_caption_is_named_and_a_stamp_is_not(records, dropped, tmp_path):
    buffer = io.BytesIO()
    photograph().save(buffer, "JPEG")
    data = buffer.getvalue()
    block = (
        b"8BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records + bytes(len(records) % 2)
    )
    segment = b"Photoshop 3.0\0" + block
    marker = b"\xff\xed" + struct.pack(">H", len(segment) + 2)
    (tmp_path / "a.jpg").write_bytes(data[:2] + marker + segment + data[2:])
    assert images.read(tmp_path / "a.jpg").dropped == dropped
    padded = records + bytes(-len(records) % 4)
    kinds = [(33723, 7, len(records), records, True), (33723, 4, len(padded) // 4, padded, True)]
    for tag in kinds:
        tifffile.imwrite(tmp_path / "a.tif", np.zeros((5, 7), np.uint8), extratags=[tag])
        assert images.read(tmp_path / "a.tif").dropped == dropped


def test_other_tags_of_a_tiff_are_named(tmp_path):
    place = [
        (33550, 12, 3, (1.0, 1.0, 0.0), True),
        (65000, 3, 1, 7, True),
    ]
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((5, 7), np.uint8), extratags=place)
    assert images.read(tmp_path / "a.tif").dropped == (
        "the tag ModelPixelScaleTag (33550)",
        "the tag unknown (65000)",
    )


def test_what_a_format_cannot_hold_is_named(tmp_path):
    image = photograph()
    image.info |= {"icc_profile": SRGB, "exif": exif().tobytes()}
    with pytest.warns(UserWarning, match="BMP cannot hold its colour profile: .*, EXIF"):
        images.save(image, tmp_path / "a.bmp")
    image = photograph()
    image.info["exif"] = long_exif()
    with pytest.warns(UserWarning, match="JPEG cannot hold EXIF"):
        images.save(image, tmp_path / "a.jpg")
    images.save(image, tmp_path / "a.png")
    assert len(images.read(tmp_path / "a.png").info["exif"]) > 2**16


def long_exif() -> bytes:
    result = Image.Exif()
    result[0x010E] = "a cup " * 11_000
    return result.tobytes()


def test_damaged_exif_is_named(tmp_path):
    good = exif().tobytes()
    bad = good[:14] + b"\xff\xff" + good[16:40]
    photograph().save(tmp_path / "a.jpg", exif=bad)
    assert images.load(tmp_path / "a.jpg").size == (36, 24)
    held = images.read(tmp_path / "a.jpg")
    assert held.dropped == ("EXIF, which is damaged",)


def exif_of_entries(*entries: tuple[int, int, int, int]) -> bytes:
    """The first directory: tag, type, count, and a value of four bytes or its place."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    count = struct.pack("<H", len(entries))
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + count + packed + bytes(4)


MAKE = (0x010F, 2, 4, int.from_bytes(b"Cam\0", "little"))


@pytest.mark.parametrize(
    ("entry", "dropped"),
    [
        ((0x0131, 2, 600, 500), ("part of EXIF, which is damaged",)),  # beyond its end
        ((0x0128, 3, 2, 0x20002), ()),  # twice the unit of resolution
    ],
)
def test_of_exif_that_is_damaged_in_part_the_rest_is_kept(entry, dropped, tmp_path):
    photograph().save(tmp_path / "a.jpg", exif=exif_of_entries(MAKE, entry))
    held = images.read(tmp_path / "a.jpg")
    assert held.dropped == dropped
    assert b"Cam" in held.info["exif"]


@pytest.mark.parametrize("dpi", [{}, {"dpi": (300, 300)}], ids=["", "dpi"])
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("source", ["JPEG", "TIFF"])
def test_texts_of_any_language_are_kept(source, suffix, dpi, tmp_path):
    author, title, lens, area = "김사진", "커피".encode("utf-16-le"), "렌즈", "서울"
    held = Image.Exif()
    held[0x013B], held[0x9C9B], held[0x4746] = author.encode(), title, 5
    held[ExifTags.IFD.Exif] = exif_module.verbatim({42036: lens})
    held[ExifTags.IFD.GPSInfo] = exif_module.verbatim({18: area})
    photograph().save(tmp_path / "in", source, exif=dict(held) if source == "TIFF" else held, **dpi)
    with Image.open(tmp_path / "in") as opened:
        parts = images.unpack(opened)
    images.save(parts.pack(parts.rgb), tmp_path / f"saved{suffix}")
    for result in (
        upscaled(tmp_path / "in", tmp_path / f"out{suffix}"),
        Image.open(tmp_path / f"saved{suffix}"),
    ):
        found = result.getexif()
        assert found[0x013B].encode("latin-1").decode() == author
        assert (found[0x9C9B], found[0x4746]) == (title, 5)
        camera, place = (found.get_ifd(group) for group in exif_module.GROUPS)
        assert camera[42036].encode("latin-1").decode() == lens  # a text still
        assert place[18].encode("latin-1").decode() == area
        result.close()


@pytest.mark.parametrize("text", ['{"shape": [5, 7]}', "ImageJ=1.53\nimages=4", "<?xml OME"])
def test_a_description_of_arrays_is_no_description_of_the_picture(text):
    held = Image.Exif()
    held[0x010E], held[0x010F] = text, "TestCam"
    assert text.encode() not in metadata.kept({}, held)["exif"]
