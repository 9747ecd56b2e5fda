"""A forgotten password: a link by mail, and no word on whether an account exists."""

import re
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shop.limits.service import RateLimiter
from shop.mail.relay import MailRelay
from shop.mail.tables import Mail
from shop.start.services import Shop
from shop.users import forgotten
from shop.users.repository import UserRepository
from shop.users.tables import PasswordLink, Session
from tests.cast import PASSWORD, Cast
from tests.unit.mail.conftest import ORIGIN, PostOffice

NEW = "tall-blue-cups"


async def ask(visitor: httpx.AsyncClient, name: str) -> httpx.Response:
    return await visitor.post("/forgotten", data={"name": name})


async def link_of(relay: MailRelay, post_office: PostOffice) -> str:
    """The path of the link in the mail that has arrived."""
    await relay.send_due()
    [path] = set(re.findall(rf"{ORIGIN}(/password/\S+)", post_office.text()))
    return str(path)


async def test_the_sign_in_page_leads_there_only_with_a_mail_server(
    guest: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    assert 'href="/forgotten"' in (await visitor.get("/login")).text
    assert 'href="/forgotten"' not in (await guest.get("/login")).text
    assert (await guest.get("/forgotten")).status_code == 404
    assert (await guest.post("/forgotten", data={"name": "alice"})).status_code == 404


@pytest.mark.parametrize("name", ["alice@home.test", " Alice@HOME.test ", "alice", "ALICE"])
async def test_the_owner_sets_a_new_password_once_and_is_signed_out_elsewhere(
    visitor: httpx.AsyncClient, relay: MailRelay, post_office: PostOffice, cast: Cast, name: str
) -> None:
    signed_in = {"username": "alice", "password": PASSWORD}
    assert (await visitor.post("/login", data=signed_in)).status_code == 303
    visitor.cookies.clear()
    assert (await ask(visitor, name)).status_code == 200
    path = await link_of(relay, post_office)
    assert (await visitor.get(path)).status_code == 200
    done = await visitor.post(path, data={"new_password": NEW})
    assert done.headers["location"] == "/login"
    assert await Session.count().where(Session.user == cast.alice) == 0
    for again in (await visitor.get(path), await visitor.post(path, data={"new_password": NEW})):
        assert again.status_code == 404
        assert "no longer valid" in again.text
    assert (await visitor.post("/login", data={**signed_in, "password": NEW})).status_code == 303


async def test_the_answer_is_the_same_in_words_and_time_whether_or_not_an_account_exists(
    visitor: httpx.AsyncClient, cast: Cast, shop: Shop
) -> None:
    await UserRepository().update(cast.admin, {"active": False, "email": "admin@home.test"})
    answers = []
    for name in ("alice", "nobody", "bob", "admin", "nobody@home.test"):
        began = time.monotonic()
        answer = await ask(visitor, name)
        answers.append((answer.status_code, answer.text.replace(name, "")))
        assert time.monotonic() - began >= forgotten.ANSWER_AFTER
    assert len(set(answers)) == 1
    assert await Mail.count() == 1


async def test_a_link_ends_after_half_an_hour_by_the_databases_clock(
    visitor: httpx.AsyncClient, relay: MailRelay, post_office: PostOffice
) -> None:
    await ask(visitor, "alice")
    path = await link_of(relay, post_office)
    [row] = await PasswordLink.raw("SELECT expires_at - now() AS left FROM password_links")
    assert timedelta(minutes=29) < row["left"] <= timedelta(minutes=30)
    await PasswordLink.update(
        {PasswordLink.expires_at: datetime.now(UTC) - timedelta(seconds=1)}, force=True
    )
    assert (await visitor.get(path)).status_code == 404
    assert (await visitor.post(path, data={"new_password": NEW})).status_code == 404


async def test_a_link_of_a_closed_account_opens_nothing(
    visitor: httpx.AsyncClient, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    await ask(visitor, "alice")
    path = await link_of(relay, post_office)
    await UserRepository().update(cast.alice, {"active": False})
    refused = await visitor.post(path, data={"new_password": NEW})
    assert (refused.status_code, "no longer valid" in refused.text) == (404, True)


async def test_asking_again_ends_the_first_link_but_not_an_invitation_of_staff(
    visitor: httpx.AsyncClient, shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    await shop.password_links.make([cast.alice], cast.admin, timedelta(days=30))
    invitation = await shop.password_links.token_of(cast.alice)
    await ask(visitor, "alice")
    first = await link_of(relay, post_office)
    post_office.forget()
    await ask(visitor, "alice")
    second = await link_of(relay, post_office)
    assert (await visitor.get(first)).status_code == 404
    assert await shop.password_links.token_of(cast.alice) == invitation
    assert (await visitor.get(f"/password/{invitation}")).status_code == 200
    await visitor.post(second, data={"new_password": NEW})
    assert (await visitor.get(f"/password/{invitation}")).status_code == 404


async def test_a_link_that_ended_before_its_mail_was_sent_is_not_mailed(
    visitor: httpx.AsyncClient, relay: MailRelay, post_office: PostOffice
) -> None:
    await ask(visitor, "alice")
    await PasswordLink.delete(force=True)
    await relay.send_due()
    assert post_office.arrived == []


async def test_a_stored_link_cannot_be_used(
    visitor: httpx.AsyncClient, relay: MailRelay, post_office: PostOffice
) -> None:
    await ask(visitor, "alice")
    token = (await link_of(relay, post_office)).rpartition("/")[2]
    stored = str(await Mail.select()) + str(await PasswordLink.select())
    assert token not in stored
    assert token.partition("-")[2] not in stored


async def test_asking_is_limited_by_name_without_a_word_and_by_address(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, shop: Shop
) -> None:
    monkeypatch.setattr(forgotten, "ANSWER_AFTER", 0)
    monkeypatch.setattr(RateLimiter, "try_use", RateLimiter(enabled=True).try_use)
    answers = [await ask(visitor, "alice") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert await Mail.count() == forgotten.BY_NAME.uses
    answers = [await ask(visitor, f"nobody{n}") for n in range(6)]
    assert answers[-1].status_code == 429


@pytest.mark.parametrize("name", ["", "   "])
async def test_an_empty_form_names_the_missing_field(visitor: httpx.AsyncClient, name: str) -> None:
    answer = await ask(visitor, name)
    assert answer.status_code == 400
    assert "Please enter your e-mail address or username." in answer.text


@pytest.mark.parametrize("name", ["a\x00b", "'; --", "x" * 5000, "\ud55c\uae00@home.test"])
async def test_any_text_gets_the_same_response(visitor: httpx.AsyncClient, name: str) -> None:
    assert (await ask(visitor, name)).status_code in (200, 400)
    assert await Mail.count() == 0
