"""Staff write pages and announcements; every page of the shop shows them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shop.content.markdown import html_of
from shop.content.repository import ContentRepository
from shop.content.tables import Announcement, ContentPage
from shop.site_settings.repository import SiteRepository
from shop.site_settings.service import SiteService
from shop.web.i18n import time_zone
from tests.cast import SignedIn
from tests.unit.staff.conftest import actions_of, form_in, send
from tests.unit.web.helpers import wrong_fields_in

OVERVIEW, NEW = "/staff/content", "/staff/content/pages/0"
TERMS = {
    "slug": "terms",
    "position": "1",
    "title_ko": "이용약관",
    "title_en": "Terms",
    "body_ko": "## 하나\n\n- 둘",
    "body_en": "## One\n\n**Two** <b>three</b>",
}
SITE = SiteService(SiteRepository(), ContentRepository())


async def announce(chief: SignedIn, **fields: Any) -> Any:
    now = datetime.now(time_zone()).replace(microsecond=0, tzinfo=None)
    typed = {
        "text_ko": "설 연휴 배송 안내",
        "text_en": "Closed for the holidays",
        "starts_at": str(now - timedelta(days=2)).replace(" ", "T"),
        "ends_at": str(now + timedelta(days=2)).replace(" ", "T"),
        **fields,
    }
    return await send(chief, OVERVIEW, f"{OVERVIEW}/announcements", **typed)


async def test_a_page_is_written_shown_and_listed_in_the_footer(
    chief: SignedIn, guest: Any
) -> None:
    assert (await send(chief, NEW, NEW, **TERMS)).status_code == 200
    english = (await guest.get("/pages/terms?lang=en")).text
    assert "<h1>Terms</h1>" in english
    assert "<h3>One</h3>" in english
    assert "<strong>Two</strong>" in english
    assert "<b>" not in english
    assert "<h3>하나</h3>" in (await guest.get("/pages/terms?lang=ko")).text
    assert 'href="/pages/terms">Terms</a>' in (await guest.get("/?lang=en")).text
    assert await actions_of("page:terms") == [("page.save", "")]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "has deleted this"), ("ko", "다른 사람이 삭제했습니다")]
)
async def test_a_page_that_was_deleted_while_it_was_edited_can_be_added_again(
    chief: SignedIn, guest: Any, language: str, said: str
) -> None:
    await send(chief, NEW, NEW, **TERMS)
    row = await ContentPage.select(ContentPage.id).first()
    assert row
    path = f"{OVERVIEW}/pages/{row['id']}"
    opened = form_in((await chief.get(path)).text, path)
    await send(chief, path, f"{path}/delete")
    typed = {**opened, **TERMS, "title_en": "New terms"}
    refused = await chief.post(f"{path}?lang={language}", data=typed)
    assert (refused.status_code, said in refused.text) == (400, True)
    again = form_in(refused.text, NEW)
    assert again["title_en"] == ["New terms"]
    saved = await chief.post(NEW, data={**again, **TERMS, "title_en": "New terms"})
    assert saved.status_code == 303
    assert "New terms" in (await guest.get("/pages/terms?lang=en")).text


async def test_a_second_deletion_says_so(chief: SignedIn) -> None:
    chief.headers["Accept-Language"] = "en"
    await send(chief, NEW, NEW, **TERMS)
    row = await ContentPage.select(ContentPage.id).first()
    assert row
    path = f"{OVERVIEW}/pages/{row['id']}"
    opened = form_in((await chief.get(path)).text, f"{path}/delete")
    await send(chief, path, f"{path}/delete")
    late = await chief.post(f"{path}/delete", data=opened)
    assert "It was deleted already." in (await chief.get(late.headers["location"])).text
    announcement = f"{OVERVIEW}/announcements/987/delete"
    late = await chief.post(announcement, data={"form_key": opened["form_key"][0] + "-other"})
    assert "It was deleted already." in (await chief.get(late.headers["location"])).text


async def test_an_edited_page_is_seen_at_once_and_a_deleted_one_is_gone(
    chief: SignedIn, guest: Any
) -> None:
    await send(chief, NEW, NEW, **TERMS)
    await guest.get("/pages/terms?lang=en")
    row = await ContentPage.select(ContentPage.id).first()
    assert row
    path = f"{OVERVIEW}/pages/{row['id']}"
    await send(chief, path, path, **TERMS | {"title_en": "New terms"})
    assert "New terms" in (await guest.get("/pages/terms?lang=en")).text
    await send(chief, path, f"{path}/delete")
    assert (await guest.get("/pages/terms?lang=en")).status_code == 404
    assert "/pages/terms" not in (await guest.get("/")).text


async def test_a_page_in_one_language_is_shown_in_the_other_and_says_so(
    chief: SignedIn, guest: Any
) -> None:
    await send(chief, NEW, NEW, **TERMS | {"title_en": "", "body_en": ""})
    page = (await guest.get("/pages/terms?lang=en")).text
    assert '<article class="prose" lang="ko">' in page
    assert "이용약관" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": ""},
        {"slug": "이용약관"},
        {"slug": "a/b"},
        {"slug": "a" * 41},
        {"body_en": ""},
        {"title_ko": "\u200b"},
        {"title_ko": "", "title_en": "", "body_ko": "", "body_en": ""},
        {"title_en": "x" * 81},
        {"body_en": "x" * 50_001},
    ],
)
async def test_a_wrong_page_is_refused_and_stays_as_it_was_typed(
    chief: SignedIn, wrong: dict[str, str]
) -> None:
    answer = await send(chief, NEW, NEW, **TERMS | {"position": "77"} | wrong)
    assert answer.status_code == 400
    assert 'value="77"' in answer.text
    assert await ContentPage.count() == 0


async def test_two_pages_have_two_addresses(chief: SignedIn) -> None:
    await send(chief, NEW, NEW, **TERMS)
    answer = await send(chief, NEW, NEW, **TERMS)
    assert answer.status_code == 400
    assert await ContentPage.count() == 1


async def test_a_preview_saves_nothing(chief: SignedIn) -> None:
    page = await send(chief, NEW, NEW, **TERMS, preview="1")
    assert "<h3>One</h3>" in page.text
    assert await ContentPage.count() == 0


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[x](javascript:alert(1))", 'href="javascript'),
        ("[x](data:text/html;base64,AAAA)", 'href="data'),
        ('<a href="/" onclick="x()">y</a>', "<a href"),
        ("![x](https://elsewhere.example/pixel.png)", "<img"),
        ('<iframe src="//elsewhere.example"></iframe>', "<iframe"),
        ("<style>*{display:none}</style>", "<style"),
    ],
)
def test_markdown_runs_nothing_and_loads_nothing(text: str, never: str) -> None:
    assert never not in html_of(text)


async def test_an_announcement_is_above_every_page_until_it_is_closed(
    chief: SignedIn, guest: Any
) -> None:
    assert (await announce(chief, link="/pages/returns")).status_code == 200
    page = (await guest.get("/?lang=en")).text
    assert 'href="/pages/returns">Closed for the holidays</a>' in page
    [row] = await Announcement.select(Announcement.id)
    closed = await guest.post(
        f"/announcements/{row['id']}/close", headers={"referer": "http://shop.test/?lang=en"}
    )
    assert (closed.status_code, closed.headers["location"]) == (303, "/?lang=en")
    assert "Closed for the holidays" not in (await guest.get("/?lang=en")).text
    assert "Closed for the holidays" in (await chief.get("/?lang=en")).text


@pytest.mark.parametrize(("starts", "ends"), [(1, 2), (-2, -1)])
async def test_an_announcement_is_not_shown_before_and_after_its_time(
    chief: SignedIn, guest: Any, starts: int, ends: int
) -> None:
    now = datetime.now(time_zone()).replace(microsecond=0, tzinfo=None)
    times = {
        "starts_at": (now + timedelta(days=starts)).isoformat(),
        "ends_at": (now + timedelta(days=ends)).isoformat(),
    }
    assert (await announce(chief, **times)).status_code == 200
    assert "Closed for the holidays" not in (await guest.get("/?lang=en")).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2020-01-01T00:00"},
        {"starts_at": "soon"},
        {"ends_at": ""},
        {"text_ko": "", "text_en": " "},
        {"text_en": "x" * 201},
        {"link": "https://elsewhere.example/"},
        {"link": "//elsewhere.example"},
        {"link": "javascript:alert(1)"},
    ],
)
async def test_a_wrong_announcement_is_refused(chief: SignedIn, wrong: dict[str, str]) -> None:
    assert (await announce(chief, **wrong)).status_code == 400
    assert await Announcement.count() == 0


async def test_an_announcement_is_deleted(chief: SignedIn, guest: Any) -> None:
    await announce(chief)
    [row] = await Announcement.select(Announcement.id)
    await send(chief, OVERVIEW, f"{OVERVIEW}/announcements/{row['id']}/delete")
    assert "Closed for the holidays" not in (await guest.get("/?lang=en")).text


async def test_new_members_agree_to_the_terms(chief: SignedIn, guest: Any) -> None:
    form = {"username": "newcomer", "password": "correct horse battery"}
    await send(chief, NEW, NEW, **TERMS)
    assert 'name="consent"' in (await guest.get("/signup")).text
    refused = await guest.post("/signup", data=form)
    assert (refused.status_code, wrong_fields_in(refused.text)) == (400, ["consent"])
    worse = await guest.post("/signup", data={"username": "-", "password": "short"})
    assert wrong_fields_in(worse.text) == ["username", "password", "consent"]
    assert 'value="newcomer"' in refused.text
    assert (await guest.post("/signup", data=form | {"consent": "yes"})).status_code == 303


async def test_others_have_no_such_page(clerk: SignedIn) -> None:
    assert (await clerk.get(OVERVIEW)).status_code == 404
