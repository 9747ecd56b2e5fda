"""Services whose kind or lifetimes the settings choose."""

from datetime import timedelta

from shop.mail.letters import LetterWriter
from shop.mail.postman import Postman
from shop.mail.relay import MailRelay
from shop.masthead.repository import COUNTERS_AND_LIKES
from shop.pictures.bucket import BucketStore
from shop.pictures.store import FolderStore, PictureStore
from shop.settings import Settings
from shop.users.password_links import PasswordLinks
from shop.users.session import Idle
from shop.users.session_repository import SessionRepository
from shop.users.sessions import SessionService


def picture_store(settings: Settings) -> PictureStore:
    if settings.media_url:
        return BucketStore(settings.media_url)
    return FolderStore(settings.data_dir / "media")


def mail_relay(settings: Settings, links: PasswordLinks) -> MailRelay | None:
    if settings.smtp_url is None:
        return None
    sender, origin = settings.mail_from or "", settings.public_url or ""
    writer = LetterWriter(links, origin, sender)
    return MailRelay(writer, Postman(settings.smtp_url, sender))


def session_service(settings: Settings) -> SessionService:
    idle = Idle(
        of_shoppers=timedelta(hours=settings.session_idle_hours),
        of_staff=timedelta(hours=settings.staff_session_idle_hours),
    )
    lasts = timedelta(days=settings.session_days)
    return SessionService(SessionRepository(COUNTERS_AND_LIKES), lasts, idle, demo=settings.demo)
