"""A part of a list for each job of an array, as clusters start them."""

import re
from typing import TypeVar

from fcsr.errors import FcsrError

T = TypeVar("T")


def parse(shard: str) -> tuple[int, int]:
    """The number and the count of a shard, written as "3/16".

    Raises:
        FcsrError: it is not written so, or is none of 1/16 to 16/16.

    Example:
        >>> from fcsr.utils import shards
        >>> shards.parse("3/16")
        (3, 16)
    """
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", shard)
    number, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= count:
        raise FcsrError(f'shard is "{shard}"; it must be a number of a count, 1/16 to 16/16')
    return number, count


def share(items: list[T], shard: str | None) -> list[T]:
    """The items of a shard; each is in one of them. All for None.

    Example:
        >>> from fcsr.utils import shards
        >>> shards.share(["a", "b", "c"], "1/2"), shards.share(["a", "b", "c"], "2/2")
        (['a', 'c'], ['b'])
    """
    if shard is None:
        return items
    number, count = parse(shard)
    return items[number - 1 :: count]
