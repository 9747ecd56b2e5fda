"""Clients for the tests of pages, and parsers of their responses."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
from litestar import Litestar

from shop.identity import SignedInUser
from shop.piccolo_app import APP_CONFIG
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.users.accounts import Accounts
from shop.users.repository import UserRepository
from shop.users.service import UserService
from shop.users.session import Idle, Verified
from shop.users.session_repository import SessionRepository
from shop.users.sessions import SessionService
from shop.users.tables import User
from tests.cast import SignedIn

SHOP = "http://shop.test"
HOST = "shop.test"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
IDLE = Idle(of_shoppers=timedelta(days=3), of_staff=timedelta(hours=2))
HTMX = {"HX-Request": "true"}


def users() -> UserService:
    sessions = SessionService(SessionRepository(), timedelta(days=14), IDLE)
    accounts = Accounts(UserRepository(), PointService(PointRepository()).welcome)
    return UserService(UserRepository(), sessions, accounts)


async def session_of(user_id: int) -> str:
    """Starts a session without hashing a password. Returns its token."""
    row = await User.select(User.username, User.password).where(User.id == user_id).first()
    assert row is not None
    user = SignedInUser(user_id, row["username"])
    return await users().sessions.start(Verified(user, row["password"]))


def client_of(app: Litestar, peer: str = "127.0.0.1", url: str = SHOP, **options: Any) -> Any:
    """A client without a session, connecting from the address `peer`."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(peer, 1))
    return httpx.AsyncClient(transport=transport, base_url=url, **options)


@asynccontextmanager
async def browser_of(app: Litestar, user_id: int, username: str) -> AsyncIterator[SignedIn]:
    """A signed-in client, without hashing a password."""
    token = await session_of(user_id)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with SignedIn(transport=transport, base_url=SHOP) as client:
        client.cookies.set("id", token, domain=HOST)
        client.csrf_token = csrf_of((await client.get("/account")).text)
        yield client


def csrf_of(page: str) -> str:
    return page.split('name="_csrf_token" value="')[1].split('"', maxsplit=1)[0]


async def contents() -> dict[str, str]:
    """A digest of each table, to check that nothing was written."""
    tables = [table._meta.tablename for table in APP_CONFIG.table_classes]
    digests = ", ".join(
        f"(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t)"
        f" AS {name}"
        for name in tables
    )
    [row] = await User.raw(f"SELECT {digests}")
    return dict(row)


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Checks a problem document (RFC 9457) and returns it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/problems/{code}"
    assert problem["status"] == status
    assert problem["instance"] == answer.request.url.path
    assert problem["title"]
    assert problem["detail"]
    return problem


def wrong_fields_in(html: str) -> list[str]:
    """The names of the fields that a form says are wrong, in its order. The first, and nothing
    else, must have the focus, and each must be described by its text."""
    tags = [attributes for _, attributes in Page(html).tags]
    wrong = [tag for tag in tags if tag.get("aria-invalid") == "true"]
    assert [tag for tag in tags if "autofocus" in tag] == wrong[:1]
    ids = {tag.get("id") for tag in tags}
    assert [tag for tag in wrong if (tag["aria-describedby"] or "").split()[-1] not in ids] == []
    return [tag["name"] or "" for tag in wrong]


def is_data(script: dict[str, str | None]) -> bool:
    """Whether a script element is a data block (HTML, 4.12.1)."""
    return script.get("type") == "application/ld+json"


class Page(HTMLParser):
    """Parses a page's tags with attributes, forms with fields, and data blocks (JSON-LD)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.forms: list[tuple[dict[str, str | None], dict[str, str]]] = []
        self.inline: list[str] = []
        self.data: list[Any] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self._open.append(tag)
        if tag == "form":
            self.forms.append((found, {}))
        elif tag in ("input", "button") and self.forms and found.get("name"):
            self.forms[-1][1][found["name"] or ""] = found.get("value") or ""

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("script", "style") or not data.strip():
            return
        if self._open[-1] == "script" and is_data(self.tags[-1][1]):
            self.data.append(json.loads(data))
        else:
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._open.append("")

    def meta(self, name: str) -> str | None:
        """The content of the `<meta>` of this name or property."""
        for tag, attributes in self.tags:
            if tag == "meta" and name in (attributes.get("name"), attributes.get("property")):
                return attributes["content"]
        return None

    def links(self, rel: str) -> list[dict[str, str | None]]:
        return [found for tag, found in self.tags if tag == "link" and found.get("rel") == rel]

    @property
    def files(self) -> list[str]:
        """The URLs of its style sheets and scripts."""
        sheets = [str(link["href"]) for link in self.links("stylesheet")]
        scripts = [found["src"] for tag, found in self.tags if tag == "script" and "src" in found]
        return [*sheets, *map(str, scripts)]

    def post_forms(self) -> list[dict[str, str]]:
        """The fields of each form with method POST."""
        return [fields for form, fields in self.forms if form.get("method") == "post"]

    def form(self, action: str) -> dict[str, str]:
        return next(fields for form, fields in self.forms if form.get("action") == action)
