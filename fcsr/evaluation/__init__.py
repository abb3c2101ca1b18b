"""evaluation"""

from fcsr.evaluation.runner import evaluate, means, to_markdown

__all__ = ["evaluate", "means", "to_markdown"]
