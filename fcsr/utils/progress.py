"""Progress bars, also where there is nothing to draw them on."""

import sys
from typing import Any

from tqdm import auto


class tqdm(auto.tqdm):
    """tqdm's bar in a terminal or a notebook, and none without stderr, as in Windows' pythonw.

    Example:
        >>> from fcsr.utils.progress import tqdm
        >>> with tqdm(total=2, disable=True) as bar:
        ...     _ = bar.update(2)
    """

    def __init__(self, *arguments: Any, disable: bool = False, **options: Any):
        super().__init__(*arguments, disable=disable or sys.stderr is None, **options)
