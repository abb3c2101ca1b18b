"""What fcsr raises when it is given something that it cannot use."""


class FcsrError(ValueError):
    """Every error that fcsr raises on purpose; its message says what to do."""


class ImageError(FcsrError):
    """An image that cannot be read, or whose shape, type or values do not fit."""


class CheckpointError(FcsrError):
    """Weights that cannot be found, read, or fitted to their model."""


class TrainingError(FcsrError):
    """A recipe that cannot be followed, or training that went wrong."""


class DownloadError(FcsrError):
    """A file that is not on this machine and cannot be brought; the message says how else."""


class UndefinedClassError(CheckpointError):
    """Weights of a class that is not defined here; the message says which import is missing."""
