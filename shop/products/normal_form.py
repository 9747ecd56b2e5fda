"""The normal form in which names, texts and searches are compared.

It drops what people do not type: spaces, punctuation, symbols, accents and invisible characters. A
sign becomes what people type instead of it (× becomes x).
"""

import re
import unicodedata
from functools import lru_cache

TYPED_INSTEAD = {
    **dict.fromkeys("×✕✖⨉⨯╳", "x"),
    **dict.fromkeys("∗⁎✱﹡＊", "*"),
    "➕": "+",
} | {"μ": "u", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
# Letters by category or compatibility form, but used as signs: trade marks, ª and º for degrees,
# middle dots, and invisible fillers.
UNTYPED = frozenset("™℠ⓒⓇⒸⓡªºㆍᆞ\u115f\u1160\u3164\uffa0")
COUNTED = {"L", "M", "N"}  # letters, marks and numbers (Unicode's general categories)
SIGNS = {"+"}  # typed to tell C++ from C
# Accents, marks on symbols, and selectors of a glyph's form. Marks of scripts that are written with
# them (Thai, Devanagari) stay.
ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
MODIFIERS = range(0x02B0, 0x0300)  # ʼ, ˚ and the like, beside letters
TIMES = re.compile(r"(?<=\w)\s*\*\s*(?=\d)")  # 30*40, as it is typed for 30×40
CACHED = 4_096  # characters; those of one alphabet, and the most frequent syllables

MAX_TEXT = 100_000  # characters of a text that are searched
MAX_WORD = 100  # characters; no search is longer


def normalised(text: str) -> str:
    """NFKC, case folded, only letters, numbers and +.

    An initial consonant comes out as U+1100 to U+1112, however it was typed.
    """
    signs = "".join(map(_as_sign, text))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", signs).casefold())
    plain = ACCENTS.sub("", unicodedata.normalize("NFD", folded))
    letters = TIMES.sub("x", unicodedata.normalize("NFC", plain))
    return unicodedata.normalize("NFC", "".join(map(_as_letter, letters)))


def words_in(text: str) -> set[str]:
    """The normalised words of a text, split at spaces and also at signs: 커피·차 has 커피차, 커피
    and 차."""
    text = unicodedata.normalize("NFC", text[:MAX_TEXT])
    parted = "".join(char if _counts(char) else " " for char in text)
    words = {normalised(word)[:MAX_WORD] for word in {*text.split(), *parted.split()}}
    return words - {""}


@lru_cache(CACHED)
def _as_sign(char: str) -> str:
    """Runs before NFKC, which would turn ™ and ₨ into letters."""
    untyped = char in UNTYPED or ord(char) in MODIFIERS
    if untyped or unicodedata.category(char) in ("Sc", "Sk", "Cf"):
        return ""
    return TYPED_INSTEAD.get(char, char)


@lru_cache(CACHED)
def _as_letter(char: str) -> str:
    """Runs after NFKC: digits of all scripts become 0 to 9, other characters are dropped."""
    category = unicodedata.category(char)[0]
    if category == "N" and not char.isascii():
        number = unicodedata.numeric(char)
        return str(int(number)) if number.is_integer() else char
    return TYPED_INSTEAD.get(char, char) if category in COUNTED or char in SIGNS else ""


@lru_cache(CACHED)
def _counts(char: str) -> bool:
    return bool(normalised(char))
