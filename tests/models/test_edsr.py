"""EDSR has the published size, sees as far as it should, skips where it should."""

import torch
from torch import nn

from fcsr import EDSR
from fcsr.models.edsr import ResidualBlock


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_baseline_is_the_published_network_without_its_upsampling():
    """EDSR-baseline x2 has 1,369,859 parameters; a convolution to 4 x 64 and one to RGB go."""
    upsampling = nn.Sequential(nn.Conv2d(64, 256, 3), nn.PixelShuffle(2), nn.Conv2d(64, 3, 3))
    assert count(EDSR.baseline()) == 1_369_859 - count(upsampling)


def test_compact_takes_an_eighth_of_the_arithmetic():
    def products(encoder):
        return sum(p.numel() for p in encoder.body.parameters() if p.ndim == 4)

    assert 0.12 < products(EDSR.compact()) / products(EDSR.baseline()) < 0.13


def test_config_makes_the_same_encoder():
    encoder = EDSR(blocks=2, features=5)
    again = EDSR(**encoder.config)
    again.load_state_dict(encoder.state_dict())
    image = torch.rand(1, 3, 4, 6)
    assert torch.equal(again(image), encoder(image))


def test_features_see_four_pixels_in_each_direction_through_four_convolutions():
    torch.manual_seed(0)
    image = torch.rand(1, 3, 13, 15, requires_grad=True)
    EDSR(blocks=1, features=8)(image)[0, :, 6, 7].square().sum().backward()
    seen = image.grad.abs().sum((0, 1)) > 0
    expected = torch.zeros(13, 15, dtype=torch.bool)
    expected[2:11, 3:12] = True
    assert torch.equal(seen, expected)


def test_a_shifted_image_has_shifted_features():
    torch.manual_seed(0)
    encoder = EDSR(blocks=1, features=8)
    image = torch.rand(2, 3, 16, 17)
    shifted = image.roll((2, 3), dims=(2, 3))
    # six pixels from the border neither the padding nor what rolled around is seen
    expected = encoder(image)[:, :, 4:10, 4:10]
    torch.testing.assert_close(encoder(shifted)[:, :, 6:12, 7:13], expected, rtol=0, atol=1e-6)


def test_without_their_bodies_blocks_and_encoder_pass_on_what_came_in():
    encoder, block = EDSR(blocks=1, features=8), ResidualBlock(8)
    for body in (encoder.body, block.body):
        for parameter in body.parameters():
            nn.init.zeros_(parameter)
    image, x = torch.rand(1, 3, 5, 5), torch.randn(1, 8, 5, 5)
    assert torch.equal(encoder(image), encoder.head(image))
    assert torch.equal(block(x), x)
