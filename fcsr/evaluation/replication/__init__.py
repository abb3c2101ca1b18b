"""The paper's table beside ours: its own numbers, Table 1 in two versions, and what noise gains."""

from fcsr.evaluation.replication import paper, table1, tradeoffs

__all__ = ["paper", "table1", "tradeoffs"]
