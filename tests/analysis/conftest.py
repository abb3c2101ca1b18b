"""What the tests of trainings and of measurements share."""

import pytest

from fcsr import images
from fcsr.analysis import ablation


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "photographs").mkdir()
    for name in ("astronaut", "chelsea", "coffee"):  # the last two, by name, are held out
        photograph = images.sample(name).crop((150, 120, 230, 200))
        images.save(photograph, tmp_path / "photographs" / f"{name}.png")
    small = {"batch": 1, "lr_size": 16, "queries": 64, "val_images": 2}
    return ablation.short_recipe(str(tmp_path / "photographs"), 2, **small)
