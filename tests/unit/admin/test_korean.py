"""Piccolo Admin's words in Korean."""

import httpx
from piccolo_admin.translations.data import ENGLISH

from shop.admin.korean import KOREAN


def test_every_word_of_the_english_one_is_there() -> None:
    assert KOREAN.translations.keys() == ENGLISH.translations.keys()
    assert all(KOREAN.translations.values())


async def test_staff_choose_between_the_two(staff: httpx.AsyncClient) -> None:
    listed = (await staff.get("/admin/public/translations/")).json()["translations"]
    assert [entry["language_code"] for entry in listed] == ["en", "ko"]
