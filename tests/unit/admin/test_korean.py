"""Piccolo Admin's words in Korean."""

import httpx
from piccolo_admin.translations.data import ENGLISH

from shop.admin.korean import KOREAN


def test_the_korean_admin_has_every_message() -> None:
    assert KOREAN.translations.keys() == ENGLISH.translations.keys()
    assert all(KOREAN.translations.values())


async def test_staff_choose_between_the_two(staff: httpx.AsyncClient) -> None:
    listed = (await staff.get("/admin/public/translations/")).json()["translations"]
    assert [entry["language_code"] for entry in listed] == ["en", "ko"]
