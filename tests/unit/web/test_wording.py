"""The shop's own name and its word for points in the texts of the catalogues."""

import pytest

from shop import site
from shop.site import Site
from shop.web.i18n import translate
from shop.web.wording import worded

COOKIES = Site(points_ko="쿠키", symbol="개", point_en="cookie", points_en="cookies")
SEEDS = Site(points_ko="씨앗", symbol="S", point_en="seed", points_en="seeds")
NAMED = Site(name_ko="한빛몰", name_en="Hanbit Mall")


@pytest.mark.parametrize(
    ("text", "cookies", "seeds"),
    [
        ("포인트가 부족합니다", "쿠키가 부족합니다", "씨앗이 부족합니다"),
        ("포인트를 환불하고", "쿠키를 환불하고", "씨앗을 환불하고"),
        ("포인트는 차감되지", "쿠키는 차감되지", "씨앗은 차감되지"),
        ("포인트와 재고를", "쿠키와 재고를", "씨앗과 재고를"),
        ("포인트로 만나는", "쿠키로 만나는", "씨앗으로 만나는"),
        ("포인트 내역", "쿠키 내역", "씨앗 내역"),
        ("%(n)sP를 환불", "%(n)s개를 환불", "%(n)sS을 환불"),
        ("명단의 합계(P)입니다", "명단의 합계(개)입니다", "명단의 합계(S)입니다"),
        ("P", "개", "S"),
        ("PNG로 저장한", "PNG로 저장한", "PNG로 저장한"),
    ],
)
def test_korean_particles_follow_the_chosen_word(text: str, cookies: str, seeds: str) -> None:
    assert worded("ko", text, COOKIES) == cookies
    assert worded("ko", text, SEEDS) == seeds


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("별", "별로 별을 별이"),  # ends in ㄹ: 로, but 을
        ("꿈", "꿈으로 꿈을 꿈이"),
        ("코인(C)", "코인(C)로 코인(C)를 코인(C)가"),
        ("level", "level로 level을 level이"),
        ("7", "7로 7을 7이"),
        ("3", "3으로 3을 3이"),
        ("⭐", "⭐로 ⭐를 ⭐가"),
    ],
)
def test_particles_follow_the_last_sound(word: str, written: str) -> None:
    text = "포인트로 포인트를 포인트가"
    assert worded("ko", text, Site(points_ko=word)) == written


def test_english_words_keep_their_capitals() -> None:
    text = "Points history: you have 5 points at Pointmall, not a point more"
    assert (
        worded("en", text, COOKIES)
        == "Cookies history: you have 5 cookies at Pointmall, not a cookie more"
    )
    assert worded("en", text, NAMED).startswith("Points history: you have 5 points at Hanbit Mall")


def test_the_korean_name_is_not_the_word_for_points() -> None:
    text = "포인트몰에 로그인하면 포인트를 쓰고"
    assert worded("ko", text, NAMED) == "한빛몰에 로그인하면 포인트를 쓰고"
    assert worded("ko", text, COOKIES) == "포인트몰에 로그인하면 쿠키를 쓰고"


def test_a_percent_sign_in_a_chosen_word_is_shown_as_it_is() -> None:
    site.apply(Site(points_en="100%s"))
    assert translate("en", "%(n)s points", {"n": 5}) == "5 100%s"
    assert translate("en", "Points history") == "100%s history"
