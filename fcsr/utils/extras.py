"""The packages of fcsr's extras: what to do where one is not installed."""

from importlib.util import find_spec

from fcsr.errors import FcsrError


def require(what: str, extra: str, *packages: str) -> None:
    """Raise FcsrError unless all packages can be imported; nothing is imported for that.

    Args:
        what: needs them.
        extra: of fcsr, that has them.
        packages: as they are imported.

    Example:
        >>> from fcsr.utils.extras import require
        >>> require("this example", "metrics", "numpy")
    """
    for package in packages:
        if find_spec(package) is None:
            raise missing(what, extra, package)


def missing(what: str, extra: str, package: str) -> FcsrError:
    """The error that says which package is missing, and the command that installs it.

    Example:
        >>> from fcsr.utils.extras import missing
        >>> print(missing("LPIPS", "metrics", "lpips"))
        LPIPS needs the package lpips: pip install "fcsr[metrics]"
    """
    return FcsrError(f'{what} needs the package {package}: pip install "fcsr[{extra}]"')
