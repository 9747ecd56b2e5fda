"""The shop's own name and its word for points, put into the texts of the catalogues.

The texts say "Pointmall" and "points"; in Korean 포인트몰, 포인트, and P behind a number. A shop
with other words gets the same texts with those words, and in Korean with the particles that follow
them: 포인트를, 쿠키를, 씨앗을.
"""

import re
from collections.abc import Callable
from functools import cache

from shop.site import DEFAULT, Site

Quote = Callable[[str], str]
"""How a chosen word is written where the text goes: in HTML, or before a `%`."""

PARTICLES = {
    "을": ("을", "를"),
    "은": ("은", "는"),
    "이": ("이", "가"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "이나": ("이나", "나"),
}
"""Each as it follows a consonant, and as it follows a vowel."""
PAIR_OF = {form: pair for pair in PARTICLES.values() for form in pair}

_FORMS = "|".join(sorted(PAIR_OF, key=len, reverse=True))
_PARTICLE = rf"(?:(?P<particle>{_FORMS})(?![가-힣]))?"
KOREAN_WORD = re.compile(rf"(?P<word>포인트몰|포인트|(?<=\)s)P|(?<=\()P(?=\))|^P$){_PARTICLE}")
ENGLISH_WORD = re.compile(r"\b(?P<word>Pointmall|[Pp]oints?)\b")

FIRST_SYLLABLE, SYLLABLES, FINALS, RIEUL = ord("가"), 11_172, 28, 8
CONSONANT_AT_END = "136780lmnrLMNR"
"""Digits and letters whose Korean name ends in a consonant; 1, 7, 8 and l, r end in ㄹ."""
RIEUL_AT_END = "178lrLR"


def worded(language: str, text: str, site: Site, quote: Quote = str) -> str:
    """`text` of a catalogue with the words of `site`."""
    if _is_default(site):
        return text
    if language == "ko":
        return KOREAN_WORD.sub(lambda found: _korean(found, site, quote), text)
    return ENGLISH_WORD.sub(lambda found: quote(_english(found["word"], site)), text)


def has_own_word(language: str, text: str) -> bool:
    """Whether `text` has a word that `worded` may replace."""
    pattern = KOREAN_WORD if language == "ko" else ENGLISH_WORD
    return pattern.search(text) is not None


@cache
def _is_default(site: Site) -> bool:
    names = ("name_ko", "name_en", "points_ko", "point_en", "points_en", "symbol")
    return all(getattr(site, name) == getattr(DEFAULT, name) for name in names)


def _english(word: str, site: Site) -> str:
    if word == "Pointmall":
        return site.name_en
    chosen = site.points_en if word.lower() == "points" else site.point_en
    return chosen[:1].upper() + chosen[1:] if word[0].isupper() else chosen


def _korean(found: re.Match[str], site: Site, quote: Quote) -> str:
    chosen = {"포인트몰": site.name_ko, "포인트": site.points_ko}.get(found["word"], site.symbol)
    particle = found["particle"] or ""
    # A symbol is read as the word that it stands for.
    spoken = chosen if found["word"] != "P" or _is_hangul(chosen[-1:]) else site.points_ko
    return quote(chosen) + (particle_after(spoken, particle) if particle else "")


def particle_after(word: str, particle: str) -> str:
    """The form of a particle (을, 를, 은, …) that follows `word`."""
    after_consonant, after_vowel = PAIR_OF[particle]
    final = _final_consonant(word)
    is_vowel = final == 0 or (final == RIEUL and after_consonant == "으로")
    return after_vowel if is_vowel else after_consonant


def _final_consonant(word: str) -> int:
    """0 after a vowel, else the number of the final consonant as Unicode counts them."""
    last = next((char for char in reversed(word) if char.isalnum()), "")
    if _is_hangul(last):
        return (ord(last) - FIRST_SYLLABLE) % FINALS
    if last in RIEUL_AT_END and last:
        return RIEUL
    return 1 if last and last in CONSONANT_AT_END else 0


def _is_hangul(char: str) -> bool:
    return bool(char) and 0 <= ord(char) - FIRST_SYLLABLE < SYLLABLES
