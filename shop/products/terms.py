"""Search terms of products. From the names: their characters, pairs of neighbours, and the same of
their initial consonants (초성); a search asks the index for such terms and then checks the text.
From names, descriptions and the labels of options together: their words.

Hangul by its arithmetic (Unicode 3.12): a syllable is (initial * 21 + vowel) * 28 + final.
"""

import hashlib
import re
import unicodedata
from itertools import pairwise, product
from typing import NamedTuple

from shop.products.normal_form import normalised, words_in

VERSION = 2
"""Of these rules and of the normal form. Raise it with every change of their results: the next
start then rewrites the terms of all products."""

FIRST, LAST = "가", "힣"
FINALS = 28  # that a vowel can end with, none at all being the first of them
OF_ONE_INITIAL = 21 * FINALS
FIRST_INITIAL, LAST_INITIAL = "\u1100", "\u1112"
# The same consonants as the end of a syllable. A keyboard joins two of them where it can.
ENDS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
JOINED = {
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}
APART = str.maketrans(JOINED)


class Word(NamedTuple):
    """A word searched for. A name that contains it has all `terms` and one of `ends`, and matches
    `pattern` (a PostgreSQL regular expression), which also checks that they are adjacent."""

    terms: list[str]
    ends: list[str]
    pattern: str

    @property
    def all_terms(self) -> list[str]:
        """The terms, and what all ends have in common."""
        return [*self.terms, self.ends[0] if len(self.ends) == 1 else initials(self.ends[0])]


class Findable(NamedTuple):
    """A row of `product_terms`. `source` is a digest of the texts it was made of."""

    version: int
    source: str
    text: str
    terms: list[str]
    words: list[str]


def findable(
    name: str,
    name_en: str = "",
    description: str = "",
    description_en: str = "",
    labels: str | None = None,
) -> Findable:
    """`labels` are the labels of its options; empty without options."""
    texts = (name, name_en, description, description_en, *([labels] if labels is not None else []))
    source = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    names = _spellings(name) + _spellings(name_en)
    words = set().union(*map(words_in, texts))
    return Findable(VERSION, source, " ".join(names), sorted(terms_of(names)), sorted(words))


def _spellings(name: str) -> list[str]:
    """A normalised name with and without plus signs: 8P+ is found by 8P+ and by 8P팩."""
    plain = normalised(name)
    return [plain, plain.replace("+", "")] if "+" in plain else [plain]


def terms_of(names: list[str]) -> set[str]:
    """The terms of normalised names. No term spans two names."""
    return {term for name in names for form in (name, initials(name)) for term in _grams(form)}


def initials(name: str) -> str:
    """A normalised name with the initial consonant of each syllable in its place."""
    return "".join(_initial(char) for char in name)


def words_of(text: str, most: int) -> list[str]:
    """The first `most` words searched for, normalised."""
    words = (normalised(word.translate(APART)) for word in text.split())
    return [word for word in words if word][:most]


def as_typed(word: str) -> Word:
    """A normalised word; consonants in it are initials of syllables."""
    *parts, last = cover(word)
    return Word(list(map(_as_term, parts)), _ends(last), "".join(map(_pattern, word)))


def half_typed(word: str) -> Word | None:
    """A normalised word whose last syllable is still being typed, or None if it cannot be.

    서 may become 선; the final consonant of 컾 may be the initial of what comes next, 커피.
    """
    syllable = word[-1]
    if not _is_syllable(syllable):
        return None
    final = (ord(syllable) - ord(FIRST)) % FINALS
    if final:
        stays, goes = _split(ENDS[final])
        opened = chr(ord(syllable) - final + ENDS.index(stays))
        return as_typed(word[:-1] + opened + goes)
    pattern = "".join(map(_pattern, word[:-1])) + _range(syllable, FINALS)
    *parts, last = cover(word)
    if _is_initial(last[0]):  # its syllables times those of the end would be too many
        parts, last = [*parts, last], syllable
    ends = [last[:-1] + whole for whole in _from(syllable, FINALS)]
    return Word(list(map(_as_term, parts)), ends, pattern)


def _split(final: str) -> tuple[str, str]:
    """The part of a final consonant that stays, and the part that becomes the next initial."""
    both = JOINED.get(final, " " + final)
    return both[0], unicodedata.normalize("NFKC", both[1])


def cover(word: str) -> list[str]:
    """The fewest parts of up to two characters that cover a word; none for none."""
    starts = sorted({*range(0, len(word) - 1, 2), max(len(word) - 2, 0)}) if word else []
    return [word[start : start + 2] for start in starts]


def _ends(part: str) -> list[str]:
    """The terms, one of which a name with this part has. A syllable next to an initial has no term
    of its own, so the terms are those with each syllable that begins with the initial."""
    if all(map(_is_initial, part)):
        return [part]
    return ["".join(chars) for chars in product(*map(_written, part))]


def _written(char: str) -> list[str]:
    """The characters of a name that a typed one stands for."""
    return [char, *_from(_first_with(char), OF_ONE_INITIAL)] if _is_initial(char) else [char]


def _as_term(part: str) -> str:
    return initials(part) if any(map(_is_initial, part)) else part


def _grams(text: str) -> set[str]:
    return {*text, *map("".join, pairwise(text))}


def _pattern(char: str) -> str:
    if _is_initial(char):
        return f"[{char}{_range(_first_with(char), OF_ONE_INITIAL)[1:]}"
    return re.escape(char)


def _range(first: str, length: int) -> str:
    return f"[{first}-{chr(ord(first) + length - 1)}]"


def _from(first: str, length: int) -> list[str]:
    return [chr(ord(first) + number) for number in range(length)]


def _first_with(initial: str) -> str:
    """The first syllable that begins with it."""
    return chr(ord(FIRST) + (ord(initial) - ord(FIRST_INITIAL)) * OF_ONE_INITIAL)


def _initial(char: str) -> str:
    if not _is_syllable(char):
        return char
    return chr(ord(FIRST_INITIAL) + (ord(char) - ord(FIRST)) // OF_ONE_INITIAL)


def _is_syllable(char: str) -> bool:
    return FIRST <= char <= LAST


def _is_initial(char: str) -> bool:
    return FIRST_INITIAL <= char <= LAST_INITIAL
