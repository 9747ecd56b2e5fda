"""A mail server on a free port, and the shop with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import httpx
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from litestar import Litestar

from app import create_app
from shop.mail.relay import MailRelay
from shop.settings import Settings
from shop.settings.smtp import SmtpServer
from shop.start.services import Shop
from shop.users.repository import UserRepository
from tests.cast import Cast

SENDER = "shop@mall.test"
ORIGIN = "https://mall.test"


class PostOffice:
    """Answers to RCPT and DATA as `refuse_recipient` and `refuse_text` say; keeps what arrives."""

    def __init__(self) -> None:
        self.port = 0
        self.forget()

    def forget(self) -> None:
        self.refuse_recipient = ""
        self.refuse_text = ""
        self.slow = 0.0
        self.arrived: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.slow)
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.refuse_text:
            return self.refuse_text
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.arrived.append(message)
        return "250 queued as 7"

    def check(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        right = LoginPassword(b"shop", b"p:ss/word")
        return AuthResult(success=data == right, handled=False)

    def text(self) -> str:
        """The plain text of the only mail that has arrived."""
        [message] = self.arrived
        return message.get_body(("plain",)).get_content()


@pytest.fixture(scope="session")
async def only_post_office(anyio_backend: str) -> AsyncIterator[PostOffice]:
    office = PostOffice()

    def protocol() -> SMTP:
        return SMTP(office, authenticator=office.check, auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    yield office
    server.close()


@pytest.fixture
def post_office(only_post_office: PostOffice) -> PostOffice:
    only_post_office.forget()
    return only_post_office


@pytest.fixture(scope="session")
def mail_settings(settings: Settings, only_post_office: PostOffice) -> Settings:
    server = SmtpServer("127.0.0.1", only_post_office.port, "shop", "p:ss/word", False)
    return replace(settings, smtp_url=server, mail_from=SENDER, public_url=ORIGIN)


@pytest.fixture(scope="session")
async def only_mail_app(
    anyio_backend: str, mail_settings: Settings, pool: None
) -> AsyncIterator[Litestar]:
    app = create_app(mail_settings)
    yield app
    await app.state.external.close()


@pytest.fixture
async def shop(mail_settings: Settings, post_office: PostOffice, cast: Cast) -> AsyncIterator[Shop]:
    """With a mail server; Alice has an address, Bob has none."""
    await UserRepository().update(cast.alice, {"email": "alice@home.test", "language": "en"})
    made = Shop(mail_settings)
    yield made
    await made.external.close()


@pytest.fixture
def relay(shop: Shop) -> MailRelay:
    assert shop.mail_relay is not None
    return shop.mail_relay


@pytest.fixture
async def visitor(only_mail_app: Litestar, shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A guest of the shop with mail."""
    transport = httpx.ASGITransport(only_mail_app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        client.headers["accept-language"] = "en"
        yield client
