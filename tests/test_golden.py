"""What users get does not change unnoticed: images of all shipped weights, and a short training.

Other processors round otherwise, so that modes flip here and there: equal means equal to a level,
in all but one in a hundred values.
"""

import golden
import numpy as np
import pytest


@pytest.fixture(scope="module")
def expected():
    with np.load(golden.FILE, allow_pickle=False) as file:
        return dict(file)


@pytest.mark.parametrize("tile", [None, 5], ids=["whole", "tiled"])
def test_shipped_weights_make_the_images_that_they_made(tile, expected):
    made = golden.pictures(tile)
    assert set(made) == {name for name in expected if not name.startswith("trained")}
    for name, image in made.items():
        differs = np.abs(image.astype(int) - expected[name]) > 1
        assert differs.mean() < 0.01, name


def test_a_short_training_makes_the_weights_that_it_made(expected):
    for name, norms in golden.trained().items():
        np.testing.assert_allclose(norms, expected[name], rtol=1e-3, err_msg=name)
