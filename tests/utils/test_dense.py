"""What is no image for torch: refused with its cure by all that take pictures, before any work."""

import warnings

import numpy as np
import pytest
import torch

import fcsr
from fcsr import frequency, images, metrics
from fcsr.errors import ImageError

IMAGE = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
ARRAY = IMAGE[0].permute(1, 2, 0).numpy()
FIELDS = np.zeros((64, 64), dtype=[("r", "u1"), ("g", "u1")])
FILTERS = [frequency.KINDS[kind](1.5) for kind in frequency.KINDS]

PICTURES = {
    "unpack": images.unpack,
    "to_tensor": images.to_tensor,
    "imresize": lambda image: images.imresize(image, (8, 8)),
    "upscale": lambda image: fcsr.upscale(image, 2, model="bicubic", progress=False),
}
TENSORS = {
    "to_pil": images.to_pil,
    "resize": lambda image: images.resize(image, (8, 8)),
    "split": lambda image: frequency.split(image, FILTERS[0]),
    "band_energy": frequency.band_energy,
    **{type(low_pass).__name__: low_pass for low_pass in FILTERS},
}
METRICS = {
    "psnr": lambda image: metrics.psnr(image, IMAGE),
    "ssim": lambda image: metrics.ssim(IMAGE, image),
    "lattice": lambda image: metrics.lattice(image, 2),
}
METRICS = {
    "psnr": lambda image: metrics.psnr(image, IMAGE),
    "ssim": lambda image: metrics.ssim(IMAGE, image),
    "lattice": lambda image: metrics.lattice(image, 2),
}
SPARSE = "is a sparse tensor; give a dense one: image.to_dense"
ODD_TENSORS = {
    "sparse": (lambda: IMAGE.to_sparse(), SPARSE),
    "MKL-DNN": (lambda: IMAGE.to_mkldnn(), "is an MKL-DNN tensor; give a dense one"),
    "quantized": (
        lambda: torch.quantize_per_tensor(IMAGE, 1 / 255, 0, torch.quint8),
        r"is a quantized tensor; give floats: image.dequantize\(\)",
    ),
    "nested": (lambda: torch.nested.nested_tensor([IMAGE[0]]), "is a nested tensor; give its"),
    "complex": (lambda: IMAGE.to(torch.complex64), r"is complex \(torch.complex64\); give real"),
}
ODD = ODD_TENSORS | {
    "compressed": (lambda: IMAGE[0, 0].to_sparse_csr(), SPARSE),
    "complex array": (lambda: ARRAY.astype(complex), r"is complex \(complex128\); give real"),
    "masked": (
        lambda: np.ma.masked_greater(ARRAY, 0.5),
        r"is a masked array; fill what is masked: image.filled\(0\)",
    ),
    "fields": (lambda: FIELDS, "with the fields r, g; numpy.*structured_to_unstructured"),
}
NO_FLOATS = {
    "integers": (lambda: (255 * IMAGE).long(), "int64"),
    "eight bits": (lambda: IMAGE.to(torch.float8_e4m3fn), "float8_e4m3fn"),
    "text": (lambda: "a.png", "is a str|are a str|not a str"),
}


def refused(takers, odd):
    """Each of `takers` with each of `odd`."""
    return pytest.mark.parametrize(
        ("take", "make", "message"),
        [
            pytest.param(take, make, message, id=f"{taker}, {name}")
            for taker, take in takers.items()
            for name, (make, message) in odd.items()
        ],
    )


def check(take, make, message):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, that some of these are new and others old
        image = make()
    with pytest.raises(ImageError, match=message):
        take(image)


@refused(PICTURES | TENSORS, ODD)
def test_what_holds_no_pixels_is_refused(no_contracts, take, make, message):
    check(take, make, message)


@refused(METRICS, ODD_TENSORS)
def test_metrics_refuse_it_too(no_contracts, take, make, message):
    check(take, make, message)


@refused(PICTURES | TENSORS | METRICS, NO_FLOATS)
def test_functions_of_floats_want_floats(no_contracts, take, make, message):
    check(take, make, message)


@pytest.mark.parametrize("take", [images.to_tensor, images.to_pil, METRICS["psnr"]])
def test_without_values_there_is_no_picture(take):
    with pytest.raises(ImageError, match="on the device meta and has no values"):
        take(IMAGE.to("meta"))


@pytest.mark.parametrize("take", [images.resize, *FILTERS])
def test_shapes_are_found_without_values(take):
    size = [(64, 64)] if take is images.resize else []
    assert take(IMAGE.to("meta"), *size).shape == IMAGE.shape


def test_a_masked_array_that_masks_nothing_is_an_array():
    given = np.ma.masked_array(ARRAY, mask=False)
    assert torch.equal(images.to_tensor(given), images.to_tensor(ARRAY))


@pytest.mark.parametrize("image", [IMAGE, ARRAY, "a.png"])
def test_only_a_pil_image_is_saved(no_contracts, tmp_path, image):
    with pytest.raises(ImageError, match=r"a PIL image, not a .*fcsr.images.to_pil\(tensor\)"):
        images.save(image, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
