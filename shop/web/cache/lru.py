"""An LRU cache with a bound in bytes, for everything that requests make a process keep."""

import sys
from collections.abc import Callable, Hashable
from operator import itemgetter
from typing import Generic, TypeVar

import msgspec
from cachetools import LRUCache

V = TypeVar("V")

MIN_ENTRY = 1_000
"""Bytes that an entry counts at least, so that the number of entries is bounded as well."""


class BoundedCache(Generic[V]):
    """Evicts the least recently used entries when keys and values exceed `max_bytes`. `size` of a
    value: by default `size_of`."""

    def __init__(self, max_bytes: int, size: Callable[[V], int] | None = None) -> None:
        self._size = size
        self._entries: LRUCache[Hashable, tuple[int, V]] = LRUCache(max_bytes, itemgetter(0))

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Bytes, as they are counted."""
        return int(self._entries.currsize)

    def get(self, key: Hashable) -> V | None:
        try:
            return self._entries[key][1]  # `get` would look it up, and hash it, once more
        except KeyError:
            return None

    def values(self) -> list[V]:
        return [value for _, value in self._entries.values()]

    def put(self, key: Hashable, value: V) -> None:
        """An entry that is larger than the whole cache is not stored."""
        own = self._size(value) if self._size else size_of(value)
        size = max(MIN_ENTRY, size_of(key) + own)
        if size <= self._entries.maxsize:
            self._entries[key] = (size, value)


def size_of(value: object) -> int:
    """Bytes of a value and of everything that it references. Shared objects count each time."""
    size = sys.getsizeof(value)
    if isinstance(value, msgspec.Struct):
        return size + size_of(msgspec.structs.astuple(value))
    if isinstance(value, dict):
        return size + sum(size_of(pair) for pair in value.items())
    if isinstance(value, (tuple, list)):
        return size + sum(map(size_of, value))
    return size
