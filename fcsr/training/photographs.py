"""Which photographs a training saw, told by their contents, and what has changed about them."""

import hashlib
from pathlib import Path

from fcsr.data.pairs import fingerprint

ORDERED, ANY_ORDER = "photographs' hash", "photographs' hash in any order"
FACTS = (ORDERED, ANY_ORDER)
BEGINNING = 65_536  # bytes of a file that tell it from others of its size


def facts(paths: list[Path]) -> dict[str, str]:
    """What a state keeps of the photographs: their number, and hashes of what they hold.

    Their names are none of it: a folder may be moved, and its files renamed in the same order.

    Raises:
        ImageError: one cannot be read.
    """
    ordered = f"{fingerprint(paths)} of {len(paths)} files"
    beginnings = sorted(_beginning(path) for path in paths)
    return {ORDERED: ordered, ANY_ORDER: hashlib.sha256(b"".join(beginnings)).hexdigest()[:12]}


def difference(found: dict, wanted: dict) -> str | None:
    """In words, what `facts` has changed from `found` to `wanted`, if anything.

    Example:
        >>> from fcsr.training.photographs import ORDERED, difference
        >>> difference({ORDERED: "0123 of 4 files"}, {ORDERED: "4567 of 5 files"})
        'there were 4 photographs and are 5'
    """
    before, now = found.get(ORDERED), wanted[ORDERED]
    if before == now:
        return None
    if before is None:
        return "it does not say what its photographs held"
    old, new = (text.split()[2] for text in (before, now))
    if old != new:
        return f"there were {old} photographs and are {new}"
    if ANY_ORDER not in found:
        return f"the {new} photographs have other contents or another order of names than before"
    if found[ANY_ORDER] == wanted[ANY_ORDER]:
        return (
            f"the {new} photographs are as before, but renamed, so that their order, which is that "
            "of their names, is another; give them their old names"
        )
    return f"there are {new} photographs as before, but some hold another picture"


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        start = file.read(BEGINNING)
    return hashlib.sha256(b"%d " % path.stat().st_size + start).digest()
