"""Search terms and patterns, matched here as PostgreSQL does it."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.products.terms import Word, as_typed, findable, half_typed, initials, words_of

HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
NAMES = st.text(st.one_of(HANGUL, st.sampled_from("가나다 ab12+-·")), min_size=2, max_size=40)


def finds(word: Word, name: str, name_en: str = "") -> bool:
    product = findable(name, name_en)
    held = set(product.terms)
    by_the_index = held.issuperset(word.terms) and not held.isdisjoint(word.ends)
    assert held.issuperset(word.all_terms) or not by_the_index
    return by_the_index and bool(re.search(word.pattern, product.text))


def typed(text: str) -> list[Word]:
    return [as_typed(word) for word in words_of(text, 99)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ＡＢＣ", "abc"),
        ("Straße", "strasse"),
        ("½", "12"),
        ("(무선)-충전기!", "무선충전기"),
        ("\u1106\u116e", "무"),
        ("ㅁㅅ", "\u1106\u1109"),
        ("ﾱ", "\u1106"),
        ("ㄲ", "\u1101"),
        ("ㄳ", "\u1100\u1109"),
        ("ㅄ", "\u1107\u1109"),
        ("ㅋㅓㅍㅣ", "커피"),
        ("1+1", "1+1"),
    ],
)
def test_the_normal_form_of_a_word(text: str, word: str) -> None:
    assert words_of(text, 5) == [word]


def test_words_are_limited_and_not_empty() -> None:
    assert words_of(" - a . b\tc ", 2) == ["a", "b"]
    assert words_of("-", 5) == []


@pytest.mark.parametrize(
    ("text", "name", "is_found"),
    [
        ("컾", "커피", True),
        ("컾", "커버", False),
        ("커", "컵", True),
        ("무서", "무선", True),
        ("무서", "무시", False),
        ("닭", "달걀", True),
        ("닭", "닥나무", False),
        ("값", "갑사", True),
        ("무선추", "무선 충전기", True),
        ("ㅁ서", "무선", True),
        ("ㅁ서", "무시", False),
        ("abc", "abc", None),
        ("ㅁㅅ", "무선", None),
    ],
)
def test_a_half_typed_syllable(text: str, name: str, is_found: bool | None) -> None:
    [word] = words_of(text, 1)
    reading = half_typed(word)
    assert (reading and finds(reading, name)) == is_found


@given(NAMES, st.data())
def test_any_part_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    part = _part(name, data)
    for shown in (part, part.replace(" ", ""), unicodedata.normalize("NFD", part), part.upper()):
        assert [word for word in typed(shown) if not finds(word, name)] == []
        assert [word for word in typed(shown) if not finds(word, "", name)] == []


@given(NAMES, st.data())
def test_the_initials_of_any_part_of_a_name_find_it(name: str, data: st.DataObject) -> None:
    assert [word for word in typed(initials(_part(name, data))) if not finds(word, name)] == []


@given(NAMES, st.data())
def test_a_part_that_ends_in_initials_finds_it(name: str, data: st.DataObject) -> None:
    part = _part(name, data)
    middle = data.draw(st.integers(0, len(part)))
    assert [
        word for word in typed(part[:middle] + initials(part[middle:])) if not finds(word, name)
    ] == []


@given(NAMES, st.data())
def test_a_match_while_typing_contains_all_but_the_last_syllable(
    name: str, data: st.DataObject
) -> None:
    """A letter at a time: with each one the name is found, complete or half typed."""
    for word in words_of(_part(name, data), 99):
        for letters in _keystrokes(word[-1]):
            reading = word[:-1] + letters
            half = half_typed(reading)
            assert finds(as_typed(reading), name) or (half and finds(half, name))


@given(NAMES, NAMES)
def test_every_match_contains_the_text(name: str, text: str) -> None:
    for word in words_of(text, 99):
        if not any("\u1100" <= char <= "\u1112" for char in word):
            assert finds(as_typed(word), name) == (word in findable(name, "").text)


@given(NAMES, NAMES)
def test_no_match_spans_both_names(name: str, name_en: str) -> None:
    texts = f"{findable(name).text} {findable(name_en).text}"
    assert set(findable(name, name_en).text.split()) == set(texts.split())


def _part(name: str, data: st.DataObject) -> str:
    start = data.draw(st.integers(0, len(name) - 1))
    return name[start : data.draw(st.integers(start + 1, len(name)))]


def _keystrokes(char: str) -> list[str]:
    """The content of the field while a character is typed: ㅅ, 서, 선."""
    if not "가" <= char <= "힣":
        return [char]
    opened = chr(ord(char) - (ord(char) - ord("가")) % 28)
    return [initials(char), opened, char]
