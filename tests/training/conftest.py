"""What tests of training share."""

import pytest

from fcsr import Recipe, images


@pytest.fixture
def recipe(tmp_path) -> Recipe:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number, name in enumerate(("astronaut", "chelsea", "coffee", "rocket")):
        box = (40 * number, 30, 40 * number + 96, 126)
        images.sample(name).crop(box).save(folder / f"{name}.png")
    return Recipe(
        str(folder), steps=6, batch=2, lr_size=12, queries=64, warmup=1, val_images=1, eval_every=2
    )
