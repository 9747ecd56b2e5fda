"""The rules for new passwords, from NIST SP 800-63B-4 (3.1.1.2) and OWASP ASVS 5.0 (V6.2).

It is long enough, not the username, and not easy to guess. Which kinds of characters it is made
of does not matter.
"""

import re
import threading

from zxcvbn import zxcvbn

from shop.errors import N_, FieldError, InvalidInput
from shop.users.passwords import (
    DEMO_PASSWORDS,
    MAX_LENGTH,
    MIN_LENGTH,
    normalise_password,
    run_in_threads,
)

LEAST_SCORE = 2
"""Of zxcvbn's 0 to 4: at least a million guesses."""

JUDGED_LENGTH = 24
"""How many characters zxcvbn is given: it reads "4" as "a" in every combination, which can take it
6 seconds for 72 characters, and a fifth of a second for these."""

COMMON = [
    *("pointmall", "포인트몰"),
    *("비밀번호", "qlalfqjsgh", "사랑해", "tkfkdgo", "안녕하세요", "dkssudgktpdy"),
]
"""What zxcvbn's lists lack: the shop's name, and Korean words, also as typed on English keys."""

# zxcvbn keeps the words it is given in a global dictionary.
_one_at_a_time = threading.Lock()


async def check_new_password(username: str, password: str, field: str = "password") -> None:
    """Raises InvalidInput, with a sentence for each reason and each piece of advice."""
    if wrong := await password_errors(field, username, password):
        raise InvalidInput(*wrong)


async def password_errors(field: str, username: str, password: str) -> list[FieldError]:
    """The errors that `check_new_password` raises; empty if the password is accepted."""
    password = normalise_password(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        limits = {"min": MIN_LENGTH, "max": MAX_LENGTH}
        return [FieldError(field, N_("Use %(min)s to %(max)s characters."), limits)]
    if password in DEMO_PASSWORDS:
        return [FieldError(field, N_("This password is known to everybody."))]
    if _is_made_of(username, password):
        return [FieldError(field, N_("Your password must not be based on your username."))]
    advice = await run_in_threads(_advice, username, password)
    return [FieldError(field, sentence) for sentence in advice]


def _is_made_of(username: str, password: str) -> bool:
    """Whether the password is little more than the username."""
    name, folded = username.casefold(), password.casefold()
    return bool(name) and name in folded and len(folded.replace(name, "")) < MIN_LENGTH


def _advice(username: str, password: str) -> list[str]:
    """Message ids for a password that is easy to guess; empty for any other."""
    with _one_at_a_time:
        judged = zxcvbn(password[:JUDGED_LENGTH], [*_words(username), *COMMON])
    if judged["score"] >= LEAST_SCORE:
        return []
    feedback = judged["feedback"]
    said = [N_("This password is easy to guess."), feedback["warning"], *feedback["suggestions"]]
    return [sentence for sentence in said if sentence]


def _words(username: str) -> list[str]:
    return [username, *re.split(r"[._-]+", username)]
