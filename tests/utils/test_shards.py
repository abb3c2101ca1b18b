"""Shards have each item once."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcsr.errors import FcsrError
from fcsr.utils import shards


@given(st.integers(0, 40), st.integers(1, 12))
def test_shards_have_each_item_once_and_are_of_nearly_one_size(many, count):
    parts = [shards.share(list(range(many)), f"{n}/{count}") for n in range(1, count + 1)]
    assert sorted(chain(*parts)) == list(range(many))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_without_a_shard_all_items_are_there():
    assert shards.share([1, 2], None) == [1, 2]


@pytest.mark.parametrize("shard", ["0/3", "4/3", "3", "", "1/0", "-1/3", "1/3/5", "a/b", "1 / 3"])
def test_what_is_no_shard_is_refused(shard):
    with pytest.raises(FcsrError, match=f'shard is "{shard}"; it must be a number of a count'):
        shards.share([1, 2], shard)
