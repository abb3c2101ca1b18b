"""Tables of benchmark sets: ours, and the paper's beside them."""

from fcsr.evaluation.runner import evaluate, means, to_markdown

__all__ = [
    "evaluate",
    "means",
    "to_markdown",
]
