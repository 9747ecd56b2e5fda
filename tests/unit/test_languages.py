"""Korean by default, English too: how the language is chosen, and how numbers and times are
formatted."""

from datetime import UTC, datetime

import httpx
import pytest

from shop.web.i18n import format_number, format_time, translate
from tests.cast import make_product


async def language_of(client: httpx.AsyncClient, accept: str | None) -> str:
    headers = {} if accept is None else {"Accept-Language": accept}
    answer = await client.get("/api/v1/products/987654321", headers=headers)
    assert answer.status_code == 404
    language: str = answer.headers["content-language"]
    return language


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "ko"),
        ("", "ko"),
        ("*", "ko"),
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en-US;q=0.8", "ko"),
        ("en", "en"),
        ("EN", "en"),
        ("en-US,en;q=0.9,ko;q=0.8", "en"),
        ("en-GB", "en"),
        ("en;q=0.1,ko;q=0.9", "ko"),
        ("ko;q=0.1,en;q=0.9", "en"),
        ("en;q=0,ko;q=0.1", "ko"),
        ("en;q=0", "ko"),
        ("ja,en;q=0.5", "en"),
        ("ja", "ko"),
        ("en;q=x", "ko"),
        ("en; q=0.9, ko;q=0.1", "en"),
    ],
)
async def test_the_best_accepted_language_is_chosen(
    guest: httpx.AsyncClient, accept: str | None, language: str
) -> None:
    assert await language_of(guest, accept) == language


async def test_a_refusal_is_in_the_clients_language(guest: httpx.AsyncClient) -> None:
    details = set()
    for language in ("ko", "en"):
        headers = {"Accept-Language": language}
        answer = await guest.get("/api/v1/products/987654321", headers=headers)
        details.add(answer.json()["detail"])
    assert len(details) == 2


async def test_a_product_is_named_in_the_clients_language(guest: httpx.AsyncClient) -> None:
    url = f"/api/v1/products/{await make_product('연필', name_en='Pencil')}"
    assert (await guest.get(url)).json()["name"] == "연필"
    english = await guest.get(url, headers={"Accept-Language": "en"})
    assert english.json()["name"] == "Pencil"


async def test_a_product_without_an_english_name_keeps_its_korean_one(
    guest: httpx.AsyncClient,
) -> None:
    url = f"/api/v1/products/{await make_product('연필', name_en='', description_en='')}"
    product = (await guest.get(url, headers={"Accept-Language": "en"})).json()
    assert (product["name"], product["description"]) == ("연필", "검은 연필")


async def test_the_chosen_language_wins(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/language", data={"language": "en", "next": "/?sort=likes"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?sort=likes")
    assert await language_of(guest, "ko") == "en"
    await guest.post("/language", data={"language": "ko"})
    assert await language_of(guest, "en") == "ko"


async def test_an_unsupported_chosen_language_is_ignored(guest: httpx.AsyncClient) -> None:
    guest.cookies.set("language", "xx", domain="shop.test")
    assert await language_of(guest, "en") == "en"


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_page_states_its_language(guest: httpx.AsyncClient, language: str) -> None:
    page = await guest.get("/", headers={"Accept-Language": language})
    assert f'<html lang="{language}">' in page.text


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (-1_234_567, "-1,234,567"),
        (2**63, "9,223,372,036,854,775,808"),
    ],
)
def test_a_number_has_thousands_separators(number: int, written: str) -> None:
    assert format_number("ko", number) == written
    assert format_number("en", number) == written


def test_a_number_of_any_length_is_written() -> None:
    assert format_number("ko", 10**4_000).count("0") == 4_000


def test_a_time_is_shown_in_korean_time_on_any_server() -> None:
    moment = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    assert "2027" in format_time("ko", moment)
    assert "Jan 1, 2027" in format_time("en", moment)
    assert "00:30" in format_time("en", moment)


def test_an_unknown_message_is_shown_untranslated() -> None:
    assert translate("ko", "never written, 100% sure") == "never written, 100% sure"


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_page_states_its_language_in_its_headers(
    guest: httpx.AsyncClient, language: str
) -> None:
    for path in ("/", "/login", "/nowhere", "/products/987654321"):
        answer = await guest.get(path, headers={"Accept-Language": language})
        assert answer.headers["content-language"] == language


async def test_the_language_of_a_url_wins_over_all_others(
    guest: httpx.AsyncClient,
) -> None:
    await guest.post("/language", data={"language": "ko"})
    answer = await guest.get("/?lang=en", headers={"Accept-Language": "ko"})
    assert '<html lang="en">' in answer.text
    assert (await guest.get("/")).headers["content-language"] == "ko", "for that page only"


@pytest.mark.parametrize("query", ["lang=xx", "lang=", "lang", "lang=EN", "lang=en-US", "lang=%00"])
async def test_an_unsupported_language_in_a_url_is_ignored(
    guest: httpx.AsyncClient, query: str
) -> None:
    answer = await guest.get(f"/?{query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == "en"


async def test_the_links_of_a_list_keep_the_language_of_its_url(
    guest: httpx.AsyncClient,
) -> None:
    for _ in range(2):
        await make_product()
    page = (await guest.get("/?lang=en&limit=1")).text
    assert 'href="/?lang=en&amp;sort=likes"' in page
    assert "/?lang=en&amp;limit=1&amp;cursor=" in page


async def test_the_switch_wins_over_the_language_of_the_url(
    guest: httpx.AsyncClient,
) -> None:
    chosen = {"language": "ko", "next": "/?sort=likes&lang=en&q=a%20b"}
    answer = await guest.post("/language", data=chosen)
    assert answer.headers["location"] == "/?sort=likes&q=a+b"
    assert (await guest.get(answer.headers["location"])).headers["content-language"] == "ko"


async def test_the_switch_is_written_in_each_language(guest: httpx.AsyncClient) -> None:
    page = (await guest.get("/")).text
    assert 'value="ko" lang="ko"' in page
    assert 'value="en" lang="en"' in page
