"""Tables of benchmark sets: measured, compared, and the paper's beside them."""

from fcsr.evaluation.comparison import compare
from fcsr.evaluation.markdown import to_markdown
from fcsr.evaluation.replication import paper, table1, tradeoffs
from fcsr.evaluation.runner import evaluate
from fcsr.evaluation.scoring import score
from fcsr.evaluation.tables import means

__all__ = [
    "compare",
    "evaluate",
    "means",
    "paper",
    "score",
    "table1",
    "to_markdown",
    "tradeoffs",
]
