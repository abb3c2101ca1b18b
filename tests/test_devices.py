"""Every tensor lies where those lie that it meets, whatever torch's default device is.

The default here is `meta`, whose tensors have no values: one that is made there by mistake fails,
or takes the values of the result.
"""

import functools

import pytest
import torch

from fcsr import CS, FCS, LTE, decoding, frequency, images, losses, metrics
from fcsr.frequency import spectra
from fcsr.inference import coordinates, render
from fcsr.mixtures import LogisticMixture
from fcsr.training import Crops


@pytest.fixture(scope="module")
def inputs() -> dict:
    random = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, 64, 66, generator=random)
    level, numbers = (torch.rand(4, n, generator=random) for n in (3, 50))
    return {
        "image": image,
        "square": image[..., :64],
        "photograph": images.to_levels(image)[0],
        "logits": torch.randn(4, 3, 256, generator=random),
        "level": 255 * level,
        "numbers": numbers,
        "mixture": LogisticMixture.around(255 * level, numbers),
        "levels": (255 * level).long(),
        "step": torch.tensor(0.5),
    }


def crops(of: dict, **options) -> Crops:
    return Crops([of["photograph"]], 2, lr_size=8, queries=9, max_scale=3.0, seed=0, **options)


def locate(_: dict, n: int) -> tuple:
    size, wanted = (n, 6), (2 * n, 9)
    region = images.Region(n, 2, n + 3, 9)
    part = coordinates.frame(images.Region(n // 2, 0, n // 2 + 9, 6), size)
    return coordinates.locate_pixels(region, size, wanted, part, "cpu")


def partial_sample(of: dict) -> torch.Tensor:
    generator = torch.Generator("cpu").manual_seed(0)
    return decoding.partial_sample(of["logits"], 0.5, generator)


CALLS = {
    "gain": lambda of: frequency.gain(frequency.Box(1), waves=8),
    "radial_spectrum": lambda of: spectra.radial_spectrum(of["image"], bins=8),
    **{
        f"split {name}": lambda of, kind=kind: frequency.split(of["image"], kind())
        for name, kind in list(frequency.FILTERS.items())
        if kind.__module__.startswith("fcsr.")
    },
    **{
        f"decode {name}": lambda of, way=way: way(of["mixture"])
        for name, way in decoding.NAMED.items()
    },
    **{
        f"decode logits {name}": lambda of, way=way: way(of["logits"])
        for name, way in decoding.NAMED.items()
        if name != "component"
    },
    "quantile of a mixture": lambda of: decoding.quantile(of["mixture"], 0.3),
    "partial_sample": partial_sample,
    "mixture around": lambda of: LogisticMixture.around(of["level"], of["numbers"]),
    "logits of a mixture": lambda of: of["mixture"].logits(),
    "joint_nats": lambda of: of["mixture"].joint_nats(of["levels"]),
    "cross_entropy": lambda of: losses.cross_entropy(of["mixture"], of["levels"]),
    "losses.lattice": lambda of: losses.lattice(of["square"], of["step"]),
    "losses.psnr": lambda of: losses.psnr(
        *of["image"].flatten(2).mT.unsqueeze(1).repeat(2, 1, 1, 1)
    ),
    "metrics.lattice": lambda of: metrics.lattice(of["image"], 2),
    "metrics.psnr": lambda of: metrics.psnr(of["image"], of["image"].flip(-1), "y", shave=2),
    "metrics.ssim": lambda of: metrics.ssim(of["image"], of["image"].flip(-1)),
    "artifact_rate": lambda of: metrics.artifact_rate(of["image"], of["image"].flip(-1)),
    "lr_psnr": lambda of: metrics.lr_psnr(of["image"], of["image"][..., ::2, ::2]),
    "add_noise": lambda of: metrics.add_noise(of["image"], 3.0),
    "locate short": functools.partial(locate, n=9),
    "locate long": functools.partial(locate, n=coordinates.LONG + 1),
    "crops": lambda of: crops(of)[3],
    "square crops": lambda of: crops(of, square=True)[3],
}


def assert_same(found, expected) -> None:
    if isinstance(found, torch.Tensor):
        assert found.device.type == "cpu"
        assert torch.equal(found, expected)
    elif isinstance(found, tuple | list):
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected


@pytest.mark.parametrize("name", CALLS)
def test_another_default_device_changes_nothing(name, inputs):
    expected = CALLS[name](inputs)
    with torch.device("meta"):
        found = CALLS[name](inputs)
    assert_same(found, expected)


@pytest.mark.parametrize("kind", [LTE, CS, FCS])
def test_another_default_device_changes_no_model(kind, tiny, inputs):
    model, lr = tiny(kind), inputs["image"][..., :9, :8]
    expected = render(model, lr, (20, 30), progress=False)
    with torch.device("meta"):
        found = render(model, lr, (20, 30), progress=False)
    assert_same(found, expected)
