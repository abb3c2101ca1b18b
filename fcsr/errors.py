"""What fcsr raises when it is given something that it cannot use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas


class FcsrError(ValueError):
    """The base class of every error that fcsr raises on purpose; its message says what to do.

    Example:
        >>> import fcsr
        >>> try:
        ...     fcsr.upscale(fcsr.images.sample("coffee"), model="bicubic")
        ... except fcsr.FcsrError as error:
        ...     print(error)
        give either scale or size (height and width)
    """


class ImageError(FcsrError):
    """An image that cannot be read, or whose shape, type or values do not fit.

    Example:
        >>> import fcsr
        >>> try:
        ...     fcsr.images.sample("lena")
        ... except fcsr.errors.ImageError:
        ...     print("one of", *fcsr.images.SAMPLES)
        one of astronaut chelsea coffee rocket motorcycle_left
    """


class EvaluationError(ImageError):
    """Images of benchmark sets that could not be measured; the message names all of them.

    Attributes:
        table: the rows of all other images, as `fcsr.evaluate` returns them.

    Example:
        >>> import fcsr, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     crop = fcsr.images.sample("coffee").crop((200, 100, 264, 148))
        ...     fcsr.images.save(crop, f"{folder}/coffee.png")
        ...     _ = pathlib.Path(folder, "notes.png").write_text("no image")
        ...     try:
        ...         fcsr.evaluate("bicubic", folder, 2, metrics="psnr", progress=False)
        ...     except fcsr.errors.EvaluationError as error:
        ...         print(*error.table["image"])
        coffee
    """

    def __init__(self, message: str, table: "pandas.DataFrame"):
        super().__init__(message)
        self.table = table


class UpscalingError(ImageError):
    """Images of several that could not be upscaled; the message names all of them.

    Attributes:
        results: what became of each image, as `fcsr.inference.upscale_files` returns it.

    Example:
        >>> import fcsr, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     fcsr.images.save(fcsr.images.sample("coffee"), f"{folder}/coffee.png")
        ...     _ = pathlib.Path(folder, "notes.png").write_text("no image")
        ...     jobs = fcsr.inference.plan(folder, f"{folder}/small")
        ...     try:
        ...         fcsr.inference.upscale_files(jobs, 0.1, model="bicubic", progress=False)
        ...     except fcsr.errors.UpscalingError as error:
        ...         print([result.error is None for result in error.results])
        [True, False]
    """

    def __init__(self, message: str, results: list):
        super().__init__(message)
        self.results = results


class CheckpointError(FcsrError):
    """Weights that cannot be found, read, or fitted to their model.

    Example:
        >>> import fcsr
        >>> try:
        ...     model = fcsr.load("my-weights.safetensors")
        ... except fcsr.errors.CheckpointError:
        ...     model = fcsr.load("lte-compact")
    """


class TrainingError(FcsrError):
    """A recipe that cannot be followed, or training that went wrong.

    Example:
        >>> import fcsr
        >>> try:
        ...     fcsr.Recipe("photographs", steps=0)
        ... except fcsr.errors.TrainingError as error:
        ...     print(error)
        recipe: steps is 0; give a whole number above 0
    """


class DownloadError(FcsrError):
    """A file that is neither on this machine nor downloadable; the message says how else to get it.

    Example:
        >>> import fcsr
        >>> def find(name):
        ...     try:
        ...         return fcsr.data.benchmark(name)
        ...     except fcsr.errors.DownloadError:  # offline
        ...         return None
    """


class UndefinedClassError(CheckpointError):
    """Weights of a class that is not defined here; the message says which import is missing.

    Example:
        >>> import fcsr
        >>> try:
        ...     fcsr.models.MODELS.find("my_models.MyLTE")
        ... except fcsr.errors.UndefinedClassError as error:
        ...     print(error)
        the class my_models.MyLTE is not defined here; import it first: from my_models import MyLTE
    """
