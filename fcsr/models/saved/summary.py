"""What a notebook shows of a model: its kind, its size, and the card of weights that ship."""

from fcsr.models.base import ContinuousModel
from fcsr.models.saved.checkpoints import available, shipped_name
from fcsr.utils.html import table


def as_html(model: ContinuousModel) -> str:
    """A small table."""
    name = shipped_name(model)
    rows = {
        "weights": name,
        "parameters": f"{sum(weight.numel() for weight in model.parameters()):,}",
        "encoder": f"EDSR, {model.encoder.blocks} blocks of {model.encoder.features} features",
        "texture": f"{model.size.width} channels, MLP {', '.join(map(str, model.size.hidden))}",
        "trained up to": f"x{model.max_scale:g}",
        "decode": model.default_decode,
    }
    if name:
        card = available()[name]
        rows |= {"card": card.purpose, "Set5 at x4": f"{card.psnr} dB, LPIPS {card.lpips}"}
    return table(type(model).__name__, rows)
