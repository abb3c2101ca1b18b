"""The loss with LPIPS beside it, and what holds LPIPS back: both PSNRs, and the raster of LR."""

import math

from jaxtyping import Float, Shaped
from torch import Tensor

from fcsr import images, losses
from fcsr.errors import TrainingError
from fcsr.metrics import PROPER_RANGE, lpips_network
from fcsr.models import ContinuousModel
from fcsr.training.objective import Objective
from fcsr.training.recipe import Recipe


class PerceptualObjective(Objective):
    """An `Objective` plus LPIPS between the decoded RGB and HR; queries form a square, row by row.

    Args:
        model: the model to train, on its device; its default decode must have a gradient.
        lpips_weight: of LPIPS, the mean of AlexNet's and VGG16's, beside the model's own loss.
            AlexNet looks at every fourth pixel and overlooks dots at the pitch of LR's pixels;
            VGG16 looks at each.
        psnr_weight: of a dB of PSNR, which holds LPIPS back.
        lr_psnr_weight: of a dB of PSNR of SR and HR, both reduced by the model's largest scale, so
            that SR stays an image of which LR could have been made.
        lattice_weight: of `losses.lattice`, against dots at the pitch of LR's pixels.

    Raises:
        TrainingError: the model's default decode has no gradient.
        FcsrError: LPIPS, its AlexNet or its VGG16 is not installed.

    Example:
        >>> import fcsr, torch
        >>> photographs = [torch.zeros(3, 64, 64, dtype=torch.uint8)]
        >>> crops = fcsr.training.Crops(photographs, 1, 16, 32 * 32, 4.0, seed=0, square=True)
        >>> model = fcsr.CS.compact(decode="mean")
        >>> objective = fcsr.training.PerceptualObjective(model, 4.0, 0.2, 0.1, lattice_weight=0.5)
        >>> loss, sr = objective.loss_and_rgb(*fcsr.training.inputs(objective, crops[0]))
        >>> sr.shape
        torch.Size([1, 1024, 3])
    """

    def __init__(
        self,
        model: ContinuousModel,
        lpips_weight: float,
        psnr_weight: float,
        lr_psnr_weight: float,
        lattice_weight: float,
    ):
        if model.default_decode not in (None, "mean"):
            name = type(model).__name__
            raise TrainingError(
                f"{name} is decoded by its {model.default_decode}, through which LPIPS has no "
                f'gradient: make it as {name}(…, decode="mean")'
            )
        super().__init__(model)
        self.lpips_weight, self.psnr_weight = lpips_weight, psnr_weight
        self.lr_psnr_weight, self.lattice_weight = lr_psnr_weight, lattice_weight
        # In a tuple they are no submodules: in training mode their dropout would be active.
        device = next(model.parameters()).device
        self.lpips = (lpips_network.network("alex", device), lpips_network.network("vgg", device))

    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[Shaped[Tensor, "b 3 h w"], ...]:
        """HR itself, for LPIPS, and the model's targets."""
        return hr, *super().targets(hr)

    def forward(self, *inputs: Tensor) -> Float[Tensor, ""]:
        """The mean loss of all queries, with LPIPS and PSNRs of the square that they form."""
        return self.loss_and_rgb(*inputs)[0]

    def loss_and_rgb(
        self,
        lr: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
        *targets: Shaped[Tensor, "b q 3"],
    ) -> tuple[Float[Tensor, ""], Float[Tensor, "b q 3"]]:
        """The loss of `forward`, and the RGB that the model decodes by default."""
        hr, *targets_of_model = targets
        loss, sr = super().loss_and_rgb(lr, coord, cell, *targets_of_model)
        squares = _square(sr), _square(hr)
        lpips = sum(network(*squares).float().mean() for network in self.lpips) / len(self.lpips)
        psnr = losses.psnr(sr.float(), hr)
        small_sr, small_hr = map(self._reduced, squares)
        lr_psnr = losses.psnr(small_sr, small_hr, most=60.0)
        lattice = losses.lattice(squares[0], lr.shape[-1] * cell[0, 0, 0] / 2)
        perceptual = (
            self.lpips_weight * lpips
            - self.psnr_weight * psnr
            - self.lr_psnr_weight * lr_psnr
            + self.lattice_weight * lattice
        )
        return loss + perceptual, sr

    def _reduced(self, square: Float[Tensor, "b 3 h h"]) -> Float[Tensor, "b q 3"]:
        """The pixels in [0, 1] of a square that is reduced as LR is, at the largest scale."""
        side = math.ceil(square.shape[-1] / self.model.max_scale)
        low, high = PROPER_RANGE
        small = images.resize(square.float(), (side, side))
        return (small.flatten(2).transpose(1, 2) - low) / (high - low)


def _square(pixels: Float[Tensor, "b q 3"]) -> Float[Tensor, "b 3 h h"]:
    """Pixels in [0, 1], row by row, as images in the range that LPIPS expects."""
    low, high = PROPER_RANGE
    side = math.isqrt(pixels.shape[1])
    image = pixels.transpose(1, 2).unflatten(2, (side, side))  # (b, 3, side, side)
    return image * (high - low) + low


def make_objective(model: ContinuousModel, recipe: Recipe) -> Objective:
    """The loss that a recipe's training minimises, with LPIPS if the recipe gives it a weight.

    Raises:
        TrainingError, FcsrError: as `PerceptualObjective` does.

    Example:
        >>> import fcsr
        >>> recipe = fcsr.Recipe("photographs")
        >>> type(fcsr.training.make_objective(fcsr.LTE.compact(), recipe)).__name__
        'Objective'
    """
    if recipe.lpips_weight:
        return PerceptualObjective(
            model,
            recipe.lpips_weight,
            recipe.psnr_weight,
            recipe.lr_psnr_weight,
            recipe.lattice_weight,
        )
    return Objective(model)
