"""Tables of benchmark sets: ours, and the paper's beside them."""

from fcsr.evaluation import paper, table1, tradeoffs
from fcsr.evaluation.runner import evaluate
from fcsr.evaluation.tables import means, to_markdown

__all__ = [
    "evaluate",
    "means",
    "paper",
    "table1",
    "to_markdown",
    "tradeoffs",
]
