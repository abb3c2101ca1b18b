"""Where image sets come from, and where they are kept on this machine."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REGISTRY = Path(__file__).parent / "registry"


@dataclass(frozen=True)
class Source:
    """Where files come from; `registry/NAME.txt` says what they are, and on which terms."""

    name: str
    address: str  # of a folder; names of files are appended to it

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of every file, by its name."""
        lines = (REGISTRY / f"{self.name}.txt").read_text(encoding="utf-8").splitlines()
        return dict(line.split() for line in lines if not line.startswith("#"))

    @property
    def folder(self) -> Path:
        """The part of the cache that is for this source."""
        return cache() / self.name


_GITHUB = "https://raw.githubusercontent.com/"
SELFEXSR = Source(
    "SelfExSR", f"{_GITHUB}jbhuang0604/SelfExSR/8f6dd8c1d20cb7e8792a7177b4f6fd677633f598/data/"
)
BSDS500 = Source(
    "BSDS500", f"{_GITHUB}BIDS/BSDS500/a04b7c6c3a9f0ace74bf205c72a43d32e1c72722/BSDS500/"
)
DIV2K = Source("DIV2K", "https://data.vision.ee.ethz.ch/cvl/DIV2K/")


def cache() -> Path:
    """The user's cache folder, or what the environment variable FCSR_CACHE says."""
    import pooch

    return Path(os.environ.get("FCSR_CACHE") or pooch.os_cache("fcsr"))
