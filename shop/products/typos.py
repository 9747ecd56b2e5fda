"""The words that a word with one typo may stand for. Letters: one wrong, one too many, one missing,
or two swapped. Hangul: one wrong consonant or vowel in one syllable, as from hitting a neighbouring
key."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from shop.products.terms import FINALS, FIRST, LAST, cover

LETTERS = range(4, 13)
"""Lengths of words of letters: shorter ones are too many words at once, longer ones are rare."""
SYLLABLES = range(3, 9)
INITIALS, VOWELS = 19, 21


class Guess(NamedTuple):
    """A name with a word that was meant has all `terms` and matches `pattern`."""

    terms: list[str]
    pattern: str


def guesses(word: str) -> list[Guess]:
    """The guesses for a normalised word; empty if there are too many candidates."""
    if len(word) in SYLLABLES and all(FIRST <= char <= LAST for char in word):
        return list(_near_syllables(word))
    if len(word) in LETTERS and word.isascii():
        return list(_near_letters(word))
    return []


def _near_syllables(word: str) -> Iterator[Guess]:
    for place, syllable in enumerate(word):
        yield _guess(word[:place], f"[{_near(syllable)}]", word[place + 1 :])


def _near(syllable: str) -> str:
    """All syllables that differ in one of their letters."""
    initial, rest = divmod(ord(syllable) - ord(FIRST), VOWELS * FINALS)
    vowel, final = divmod(rest, FINALS)
    near = [
        *((other, vowel, final) for other in range(INITIALS)),
        *((initial, other, final) for other in range(VOWELS)),
        *((initial, vowel, other) for other in range(FINALS)),
    ]
    codes = {ord(FIRST) + (one * VOWELS + two) * FINALS + three for one, two, three in near}
    return "".join(map(chr, sorted(codes - {ord(syllable)})))


def _near_letters(word: str) -> Iterator[Guess]:
    for place in range(len(word)):
        left, right = word[:place], word[place + 1 :]
        yield _guess(left, ".?", right)
        if left:
            yield _guess(left, ".", word[place:])
        if right:
            yield _guess(left, right[0] + word[place], right[1:])


def _guess(left: str, middle: str, right: str) -> Guess:
    terms = [term for part in (left, right) for term in cover(part)]
    return Guess(terms, re.escape(left) + middle + re.escape(right))
