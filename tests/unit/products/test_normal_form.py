"""The normal form drops signs that are never typed, and replaces others by what is typed
instead."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.products.normal_form import normalised, words_in
from shop.products.terms import as_typed, findable, words_of

SEPARATORS = "-‐‑‒–—―−~∼〜～˜·・ㆍᆞ•‧⋅･/_.,'’‘`´″\"“”|^<>()[]#&*"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\ufe0e\u180e\u3164\uffa0\u115f\u200e\u202a"
UNTYPED = "™®©ⓒ℠°º₩￦$€£¥₨→←⇒▶★☆♥❤♡※🍎👍🏽🇰🇷✅"


def finds(words: str, *names: str) -> bool:
    """As the search does: each word's terms, and then its pattern."""
    product = findable(*names)
    return all(
        {*word.all_terms} <= {*product.terms} and re.search(word.pattern, product.text)
        for word in map(as_typed, words_of(words, 9))
    )


@pytest.mark.parametrize("sign", [*SEPARATORS, *UNSEEN, *UNTYPED])
def test_a_sign_that_is_never_typed_is_dropped(sign: str) -> None:
    name = f"가2{sign}나"
    assert normalised(name) == "가2나"
    assert [
        words
        for words in ("가2나", "2나", name, f"2{sign}나", f"{sign}가")
        if not finds(words, name)
    ] == []
    assert finds(name, "가2나")
    assert words_of(sign, 9) == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (
            "2~4인용 텐트",
            ("2-4인용", "2∼4인용", "2〜4인용", "2～4인용", "2–4인용", "24인용", "2 ~ 4인용"),
        ),
        ("선반 30×40cm", ("30x40", "30X40", "30*40", "30×40", "30✕40", "30 x 40", "30x40CM")),
        ("액자 18 × 3", ("18x3", "18*3", "18 x 3", "18×3")),
        ("생수 500ml×20", ("500ml*20", "500mlx20")),
        ("나이키×사카이", ("나이키x사카이", "나이키 사카이")),
        ("갤럭시™ S24®", ("갤럭시 s24", "갤럭시s24", "갤럭시™")),
        ("주스 ½병", ("1/2병", "½병")),
        ("매트 3m²", ("3m2", "3㎡")),
        ("보온 60℃", ("60c", "60°C", "60ºC", "60℃")),
        ("향수 №5", ("no5", "No.5", "no 5")),
        ("우유 1ℓ", ("1l", "1L")),
        ("필터 10㎛", ("10um", "10μm", "10µm")),
        ("ＡＢＣ １２３", ("abc 123", "ABC123")),
        ("아이언 Ⅲ", ("iii", "III", "Ⅲ")),
        ("세트 ① ❷", ("1", "2", "①")),
        ("٣٤ 개", ("34",)),
        ("Café Crème", ("cafe creme", "CAFÉ", "cafe\u0301")),
        ("Ørsted Łódź Straße", ("orsted lodz strasse",)),
        ("A&B 세트", ("a&b", "AB", "a & b", "A＆B")),
        ("C++ 입문", ("c++", "C+", "c", "C++입문", "c입문")),
        ("닭가슴살 8P+", ("8p+", "8p", "8P", "8p＋")),
        ("8P+팩", ("8p팩", "8p+팩")),
        ("1+1 샴푸", ("1+1", "1 + 1", "1➕1", "11샴푸")),
        ("C# 책 #1", ("c#", "#1", "C")),
        ("㈜농심 라면", ("농심", "(주)농심")),
        (unicodedata.normalize("NFD", "벼루 세트"), ("벼루", "벼루세트", "ㅂㄹ")),
        ("👨‍👩‍👧 가족 ❤️ 컵", ("가족컵", "가족 컵", "가족❤컵")),
        ("“착한” 가격—₩9,900", ("착한", "착한가격", "9900", "9,900")),
    ],
)
def test_typed_text_finds_the_name(name: str, typed: tuple[str, ...]) -> None:
    assert [words for words in typed if not finds(words, name)] == []


@pytest.mark.parametrize(
    ("words", "name"),
    [("1+1", "11 샴푸"), ("c++", "C 언어"), ("30x40", "30 40"), ("x", "3*a"), ("가x나", "가*나")],
)
def test_a_meaningful_sign_is_kept(words: str, name: str) -> None:
    assert not finds(words, name)


@pytest.mark.parametrize("text", ["ไทย", "हिन्दी", "がぎぐ", "日本語ー", "Ελλάδα"])
def test_other_scripts_keep_their_marks(text: str) -> None:
    assert normalised(text)
    assert finds(text, text)
    assert normalised("か") != normalised("が")


@given(st.text(max_size=40))
def test_the_normal_form_is_idempotent(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert normalised(text.upper()).casefold() == normalised(text.upper())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("커피·차, 그리고 2~4인용!", {"커피차", "커피", "차", "그리고", "24인용", "2", "4인용"}),
        ("커피ㆍ차", {"커피차", "커피", "차"}),
        ("cafe\u0301", {"cafe"}),
        ("  - ™ ", set()),
        ("가" * 300, {"가" * 100}),
    ],
)
def test_the_words_of_a_text(text: str, words: set[str]) -> None:
    assert words_in(text) == words
