"""Codes of authenticator apps (TOTP, RFC 6238), and recovery codes for when the app is lost."""

import base64
import hashlib
import hmac
import secrets
import unicodedata

import pyotp

from shop import site

PERIOD = 30  # seconds
WINDOW = 1  # steps either side of now, for clocks that differ (RFC 6238, 5.2)
DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_BYTES = 15  # 120 bits: more than a fast hash needs (OWASP ASVS 5.0, 6.5.2)


def new_secret() -> str:
    """160 random bits as base32, as RFC 4226 recommends (4, R6)."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, username: str) -> str:
    """The `otpauth:` address that an authenticator app reads from a QR code. Apps show the shop's
    name beside the code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=site.current().name_en)


def cleaned(code: str) -> str:
    """`code` without spaces and dashes, in lower-case ASCII."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).upper() if sign.isalnum())


def is_app_code(code: str) -> bool:
    """Whether a cleaned code is one of an app; otherwise it can only be a recovery code."""
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def matching_step(secret: str, code: str, time: float, used: int) -> int | None:
    """The time step that `code` belongs to, after the step `used` and near `time` (Unix)."""
    now, app = int(time) // PERIOD, pyotp.TOTP(secret)
    for step in range(max(now - WINDOW, used + 1), now + WINDOW + 1):
        if hmac.compare_digest(app.generate_otp(step), code):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten codes such as `abcd-efgh-ijkl-mnop-qrst-uvwx`."""
    return [_grouped(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def _grouped(random: bytes) -> str:
    letters = base64.b32encode(random).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def hash_recovery_code(code: str) -> str:
    """The stored form of a code."""
    return hashlib.sha256(cleaned(code).encode()).hexdigest()
