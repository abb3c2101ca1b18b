"""The sample of Korean."""

from korean import cells, korean, project

__all__ = ["cells", "korean", "project"]
