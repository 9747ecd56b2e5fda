"""Texts that people type, and texts in two languages."""

import re
import unicodedata

INVISIBLE = ("C", "Z")  # Unicode's categories of controls, formats and spaces
FILLERS = "\u115f\u1160\u3164\uffa0\u2800"  # letters of Hangul and Braille that show nothing
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # turns round what stands beside it
UNPRINTABLE = {"Cc", "Cs", "Co", "Cn"}


def cleaned(text: str) -> str:
    """A normalised text: composed (NFC), without spaces at its ends, single spaces within."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen."""
    return not any(_is_visible(char) for char in text)


def has_unprintable(text: str) -> bool:
    """Whether it has control characters, also of direction, or characters that Unicode does not
    define."""
    if TURNING.search(text):
        return True
    return any(unicodedata.category(char) in UNPRINTABLE for char in text)


def _is_visible(char: str) -> bool:
    return not unicodedata.category(char).startswith(INVISIBLE) and char not in FILLERS


def in_language(language: str, korean: str, english: str) -> str:
    """The text in this language; Korean if there is no English."""
    return english if language == "en" and english else korean
