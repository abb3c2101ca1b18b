"""training"""

from fcsr.training.crops import Batch, Crops
from fcsr.training.loop import train
from fcsr.training.objective import (
    Objective,
    PerceptualObjective,
    batch_loss,
    inputs,
    make_objective,
)
from fcsr.training.recipe import Recipe

__all__ = [
    "Batch",
    "Crops",
    "Objective",
    "PerceptualObjective",
    "Recipe",
    "batch_loss",
    "inputs",
    "make_objective",
    "train",
]
