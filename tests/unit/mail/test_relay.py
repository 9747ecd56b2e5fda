"""Mails are sent once, retried while the server is unavailable, and given up if it refuses them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shop.database import transaction
from shop.mail import postman
from shop.mail.content import Content, PointsGranted
from shop.mail.letters import LetterWriter
from shop.mail.postman import Postman
from shop.mail.relay import LEASE, PAUSES, MailRelay
from shop.mail.repository import MailRepository
from shop.mail.service import KEPT, MailService
from shop.mail.tables import Mail
from shop.settings.smtp import SmtpServer
from shop.start.services import Shop
from shop.users.repository import UserRepository
from tests.cast import Cast
from tests.unit.mail.conftest import ORIGIN, SENDER, PostOffice

pytestmark = pytest.mark.committed

NEWS = PointsGranted(500, "prize")


async def write(shop: Shop, user_id: int, content: Content = NEWS) -> None:
    async with transaction():
        await shop.mail.write([(user_id, content)])


async def only_mail() -> dict[str, Any]:
    [row] = await Mail.select()
    return row


async def make_due() -> None:
    await Mail.update({Mail.due_at: datetime.now(UTC) - timedelta(seconds=1)}, force=True)


async def test_a_mail_is_sent_once(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    await write(shop, cast.alice)
    assert await asyncio.gather(relay.send_due(), relay.send_due()) in ([1, 0], [0, 1])
    assert await relay.send_due() == 0
    assert len(post_office.arrived) == 1
    row = await only_mail()
    assert row["sent_at"] is not None
    assert row["last_answer"] == "250 queued as 7" or "queued" in row["last_answer"]


async def test_nothing_is_written_for_whom_no_mail_can_reach(shop: Shop, cast: Cast) -> None:
    await write(shop, cast.bob)
    await UserRepository().update(cast.alice, {"active": False})
    await write(shop, cast.alice)
    assert await Mail.count() == 0


async def test_nothing_is_written_and_no_statement_sent_without_a_mail_server(cast: Cast) -> None:
    await UserRepository().update(cast.alice, {"email": "alice@home.test"})
    await MailService(enabled=False).write([(cast.alice, NEWS)])
    assert await Mail.count() == 0


async def test_a_rolled_back_change_sends_no_mail(shop: Shop, cast: Cast) -> None:
    async with transaction() as opened:
        await shop.mail.write([(cast.alice, NEWS)])
        await opened.rollback()
    assert await Mail.count() == 0


async def test_a_mailbox_that_does_not_exist_is_given_up_at_once(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    post_office.refuse_recipient = "550 no such mailbox"
    await write(shop, cast.alice)
    await relay.send_due()
    row = await only_mail()
    assert (row["given_up_at"] is not None, row["attempts"]) == (True, 1)
    assert row["last_answer"] == "550 no such mailbox"


async def test_a_refused_text_is_given_up_at_once(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    post_office.refuse_text = "554 looks like spam"
    await write(shop, cast.alice)
    await relay.send_due()
    assert (await only_mail())["given_up_at"] is not None


@pytest.mark.parametrize("refused", ["refuse_recipient", "refuse_text"])
async def test_mail_to_a_busy_server_is_retried(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast, refused: str
) -> None:
    setattr(post_office, refused, "451 try again later")
    await write(shop, cast.alice)
    await relay.send_due()
    row = await only_mail()
    assert (row["given_up_at"], row["sent_at"], row["attempts"]) == (None, None, 1)
    assert row["due_at"] > datetime.now(UTC) + timedelta(seconds=PAUSES[0] * 0.5)
    assert await relay.send_due() == 0
    post_office.forget()
    await make_due()
    await relay.send_due()
    assert len(post_office.arrived) == 1


def relay_to(shop: Shop, server: SmtpServer) -> MailRelay:
    return MailRelay(LetterWriter(shop.password_links, ORIGIN, SENDER), Postman(server, SENDER))


async def test_a_server_that_is_down_is_tried_again(shop: Shop, cast: Cast) -> None:
    await write(shop, cast.alice)
    await relay_to(shop, SmtpServer("127.0.0.1", 1, None, None, False)).send_due()
    row = await only_mail()
    assert (row["given_up_at"], row["attempts"], row["lease_token"]) == (None, 1, None)
    assert row["last_answer"]


async def test_a_slow_server_is_cut_off_and_tried_again(
    shop: Shop,
    relay: MailRelay,
    post_office: PostOffice,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postman, "TIMEOUT", 0.2)
    post_office.slow = 1
    await write(shop, cast.alice)
    await relay.send_due()
    row = await only_mail()
    assert (row["given_up_at"], row["sent_at"], row["attempts"]) == (None, None, 1)


async def test_a_wrong_password_of_the_mail_server_gives_nothing_up_and_is_not_repeated(
    shop: Shop, post_office: PostOffice, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    await write(shop, cast.alice)
    server = SmtpServer("127.0.0.1", post_office.port, "shop", "hunter2", False)
    await relay_to(shop, server).send_due()
    row = await only_mail()
    assert row["last_answer"].startswith("535")
    assert row["given_up_at"] is None
    assert "hunter2" not in row["last_answer"] + caplog.text + repr(server)


async def test_a_mail_is_given_up_after_its_last_try(shop: Shop, cast: Cast) -> None:
    await write(shop, cast.alice)
    await Mail.update({Mail.attempts: len(PAUSES)}, force=True)
    await relay_to(shop, SmtpServer("127.0.0.1", 1, None, None, False)).send_due()
    assert (await only_mail())["given_up_at"] is not None


async def test_the_mail_of_a_dead_process_is_sent_when_its_lease_ends(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    await write(shop, cast.alice)
    [lost] = await MailRepository().claim_due(LEASE, 10)
    assert await relay.send_due() == 0
    await Mail.update({Mail.leased_until: datetime.now(UTC) - timedelta(seconds=1)}, force=True)
    assert await relay.send_due() == 1
    assert len(post_office.arrived) == 1
    assert lost.id == (await only_mail())["id"]


async def test_a_process_that_lost_its_lease_records_nothing(shop: Shop, cast: Cast) -> None:
    from shop.mail.repository import Result

    await write(shop, cast.alice)
    [lost] = await MailRepository().claim_due(LEASE, 10)
    await Mail.update({Mail.leased_until: datetime.now(UTC) - timedelta(seconds=1)}, force=True)
    await MailRepository().claim_due(LEASE, 10)
    await MailRepository().record(Result(lost.id, lost.lease_token, True, None, "late"))
    assert (await only_mail())["sent_at"] is None


async def test_no_mail_is_sent_to_an_address_removed_meanwhile(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    await write(shop, cast.alice)
    await UserRepository().update(cast.alice, {"email": None})
    await relay.send_due()
    assert post_office.arrived == []
    assert (await only_mail())["given_up_at"] is not None


async def test_staff_send_a_given_up_mail_again(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    post_office.refuse_recipient = "550 no such mailbox"
    await write(shop, cast.alice)
    await relay.send_due()
    mail_id = (await only_mail())["id"]
    post_office.forget()
    assert await shop.mail.send_again(mail_id)
    await relay.send_due()
    assert len(post_office.arrived) == 1
    assert not await shop.mail.send_again(mail_id)


async def test_old_mails_are_forgotten(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    await write(shop, cast.alice)
    await relay.send_due()
    await shop.mail.sweep()
    assert await Mail.count() == 1
    await Mail.update({Mail.sent_at: datetime.now(UTC) - KEPT - timedelta(hours=1)}, force=True)
    await shop.mail.sweep()
    assert await Mail.count() == 0
