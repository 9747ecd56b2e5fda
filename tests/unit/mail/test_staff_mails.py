"""Staff see mails that were not accepted, with the reason in words, and send them again."""

import pytest
from litestar import Litestar

from shop.database import transaction
from shop.mail.answers import in_words
from shop.mail.content import PointsGranted
from shop.mail.relay import NOT_NEEDED, MailRelay
from shop.mail.tables import Mail
from shop.metrics.business import business_metrics
from shop.start.services import Shop
from tests.cast import Cast, sign_in
from tests.unit.mail.conftest import PostOffice
from tests.unit.staff.conftest import send

pytestmark = pytest.mark.committed
PAGE = "/staff/messages/mails"


async def test_a_refused_mail_is_shown_and_sent_again(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast, only_mail_app: Litestar
) -> None:
    post_office.refuse_recipient = "550 <no> such mailbox"
    async with transaction():
        await shop.mail.write([(cast.alice, PointsGranted(500, "prize"))])
    await relay.send_due()
    assert 'shop_mails{of="given_up"} 1' in await business_metrics()
    async with sign_in(only_mail_app, "admin") as chief:
        opened = (await chief.get(f"{PAGE}?state=given-up&lang=en")).text
        assert f'href="/staff/people/{cast.alice}"' in opened
        assert "The mail server refuses this mail or its address." in opened
        assert "550 &lt;no&gt; such mailbox" in opened
        assert (await send(chief, PAGE, f"{PAGE}/send-again")).status_code == 200
        assert "admin" in (await chief.get("/staff/log?action=mail.send")).text
    post_office.forget()
    await relay.send_due()
    assert len(post_office.arrived) == 1
    assert await Mail.count().where(Mail.sent_at.is_null()) == 0


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (NOT_NEEDED.text, "no address"),
        ("535 5.7.8 Error", "password"),
        ("550 no such user", "refuses"),
        ("451 later", "now"),
        ("TimeoutError: ", "in time"),
        ("SMTPConnectError: Error connecting to 127.0.0.1 on port 9", "reached"),
        ("", ""),
        ("ValueError: x", ""),
    ],
)
def test_answers_in_words(answer: str, part: str) -> None:
    words = in_words(answer)
    assert part in words
    assert bool(words) == bool(part)
