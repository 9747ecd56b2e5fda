"""The text of each mail, in the person's language and with the shop's own words, as a message with
text and HTML."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from pathlib import Path
from typing import NamedTuple

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shop import site
from shop.errors import N_
from shop.mail.content import (
    Content,
    Invitation,
    OrderCancelled,
    OrderPlaced,
    OrderShipped,
    PasswordReset,
    PointsGranted,
)
from shop.mail.repository import Due
from shop.order_number import order_number
from shop.users.password_links import PasswordLinks
from shop.web.i18n import DEFAULT, LANGUAGES, Language, format_number, translate

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"
ACCENT = "#2f3f8f"  # as in static/css/tokens.css: a mail has no stylesheet


class Letter(NamedTuple):
    """`path` is where the button leads, in the shop; `rows` are lines of a list."""

    subject: str
    paragraphs: list[str]
    button: str
    path: str
    rows: list[str] = []


class LetterWriter:
    """`origin` is the shop's public address, `sender` the address that mail comes from."""

    def __init__(self, links: PasswordLinks, origin: str, sender: str) -> None:
        self._links, self._origin, self._sender = links, origin, sender
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def letter(self, mail: Due) -> EmailMessage | None:
        """None for a person without an address, and for a link that was used or has expired."""
        language = _language_of(mail)
        content = msgspec.json.decode(mail.content, type=Content)
        letter = await self._written(language, content)
        if mail.email is None or letter is None:
            return None
        return self._message(mail, language, letter, mail.email)

    async def _written(self, language: Language, content: Content) -> Letter | None:
        if isinstance(content, Invitation | PasswordReset):
            token = await self._links.token_of_link(content.link)
            return _of_link(language, content, token) if token else None
        return _of_news(language, content)

    def _message(
        self, mail: Due, language: Language, letter: Letter, recipient: str
    ) -> EmailMessage:
        """The policy refuses line breaks in headers."""
        shop = site.current()
        name = shop.name_en if language == "en" else shop.name_ko
        host = self._sender.rpartition("@")[2]
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(name, addr_spec=self._sender)
        message["To"] = Address(addr_spec=recipient)
        message["Subject"] = f"[{name}] {letter.subject}"
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = f"<mail-{mail.id}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = language
        context = {
            "letter": letter,
            "language": language,
            "name": name,
            "accent": shop.accent_light or ACCENT,
            "url": self._origin + letter.path,
            "greeting": translate(language, N_("Hello %(name)s,"), {"name": mail.username}),
            "by_hand": translate(language, N_("If the button does not work, open this address:")),
            "foot": translate(language, N_("This mail was sent by %(shop)s."), {"shop": name}),
            "origin": self._origin,
        }
        message.set_content(self._templates.get_template("letter.txt").render(context))
        html = self._templates.get_template("letter.html").render(context)
        message.add_alternative(html, subtype="html")
        return message


def _language_of(mail: Due) -> Language:
    return next((known for known in LANGUAGES if known == mail.language), DEFAULT)


def _of_link(language: Language, content: Invitation | PasswordReset, token: str) -> Letter:
    if isinstance(content, PasswordReset):
        texts = [
            N_("Somebody, probably you, has asked for a new password for your account."),
            N_("The link can be used once, within 30 minutes."),
            N_("If it was not you, there is nothing to do: your password stays as it is."),
        ]
        subject, button = N_("Choose a new password"), N_("Set password")
    else:
        texts = [
            N_("An account at Pointmall was opened for you."),
            N_("Please choose a password. The link can be used once."),
        ]
        subject, button = N_("Your account is ready"), N_("Set password")
    paragraphs = [translate(language, text) for text in texts]
    return Letter(
        translate(language, subject),
        paragraphs,
        translate(language, button),
        f"/password/{token}",
    )


def _of_news(
    language: Language, content: OrderPlaced | OrderShipped | OrderCancelled | PointsGranted
) -> Letter:
    if isinstance(content, PointsGranted):
        return _granted(language, content)
    number = {"number": order_number(content.order)}
    if isinstance(content, OrderPlaced):
        subject = N_("Order %(number)s is placed")
        total = translate(language, N_("%(n)s points were spent."), {"n": content.total})
        paragraphs, rows = (
            [translate(language, N_("Thank you for your order.")), total],
            [
                f"{item.name_en or item.name if language == 'en' else item.name} × {count}"
                for item in content.items
                if (count := format_number(language, item.quantity))
            ],
        )
    elif isinstance(content, OrderShipped):
        subject, rows = N_("Order %(number)s is on its way"), []
        paragraphs = _shipped(language, content)
    else:
        subject, rows = _subject_of_cancelled(content), []
        given_back = N_("%(n)s points were given back to you.")
        paragraphs = [translate(language, given_back, {"n": content.amount})]
    return Letter(
        translate(language, subject, number),
        paragraphs,
        translate(language, N_("Show the order")),
        f"/orders/{content.order}",
        rows,
    )


def _shipped(language: Language, content: OrderShipped) -> list[str]:
    carrier = content.carrier_en if language == "en" else content.carrier
    values = {"carrier": carrier, "number": content.tracking_no}
    text = translate(language, N_("Carrier: %(carrier)s. Tracking number: %(number)s."), values)
    return [text, content.url] if content.url else [text]


def _subject_of_cancelled(content: OrderCancelled) -> str:
    if content.whole:
        return N_("Order %(number)s is cancelled")
    return N_("Items of order %(number)s are cancelled")


def _granted(language: Language, content: PointsGranted) -> Letter:
    text = translate(language, N_("You have received %(n)s points."), {"n": content.amount})
    reason = [content.reason] if content.reason else []
    return Letter(text, [text, *reason], translate(language, N_("Show my points")), "/points")
