"""What a new password has to be, and that one typed on another keyboard is the same."""

import ast
import inspect
import threading
import unicodedata

import httpx
import pytest
from zxcvbn import feedback, zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from shop.errors import InvalidInput
from shop.users import password_rules
from shop.users.password_advice import ADVICE
from shop.users.password_rules import (
    JUDGED_LENGTH,
    _advice,
    _one_at_a_time,
    check_new_password,
    password_errors,
)
from shop.users.passwords import (
    MIN_LENGTH,
    _hash,
    check_password,
    hash_password,
    matching_form,
    normalise_password,
)
from shop.users.tables import User
from shop.web.i18n import translate
from tests.cast import PASSWORD, QUICK, Cast, SignedIn
from tests.unit.web.helpers import contents

NFC = "좋은 비밀 문장입니다"
NFD = unicodedata.normalize("NFD", NFC)
LIGATURES = "\ufb01ne \ufb02owers"  # "fine flowers" with two ligatures

WEAK = {
    "password": "password",
    "digits": "12345678",
    "full-width digits": "１２３４５６７８",
    "spaces": " " * 8,
    "one letter": "x" * 128,
    "keyboard": "qwertyuiop",
    "substitutions": "p@ssw0rd1",
    "the shop": "Pointmall1",
    "Korean on English keys": "qlalfqjsgh1",
}
OWN = ["carol123", "CAROL2026", "xcarolx1", "carolcarol", "ｃａｒｏｌ１２３"]


async def sign_up(client: httpx.AsyncClient, password: str, language: str = "en") -> httpx.Response:
    form = {"username": "carol", "password": password}
    return await client.post("/signup", data=form, headers={"Accept-Language": language})


@pytest.mark.parametrize("password", [*WEAK.values(), *OWN], ids=[*WEAK, *OWN])
async def test_a_password_that_is_easy_to_guess_opens_no_account(
    guest: httpx.AsyncClient, password: str
) -> None:
    before = await contents()
    answer = await sign_up(guest, password)
    assert answer.status_code == 400
    assert 'id="password-error"' in answer.text
    assert await contents() == before


async def test_the_form_says_why_and_what_to_do_in_both_languages(guest: httpx.AsyncClient) -> None:
    english = (await sign_up(guest, "password", "en")).text
    assert "This is a top-10 common password. Add another word or two." in english
    korean = (await sign_up(guest, "password", "ko")).text
    assert "가장 많이 쓰는 비밀번호 10개 중 하나입니다. 단어를 한두 개 더" in korean


@pytest.mark.parametrize("new", ["password", "Alice123", "ALICE-1234"])
async def test_a_password_is_not_changed_to_one_that_is_easy_to_guess(
    browser: SignedIn, new: str
) -> None:
    before = await contents()
    form = {"current_password": PASSWORD, "new_password": new, "_csrf_token": browser.csrf_token}
    answer = await browser.post("/account/password", data=form)
    assert answer.status_code == 400
    assert 'id="new_password-error"' in answer.text
    assert await contents() == before


def test_the_most_common_passwords_are_refused() -> None:
    """OWASP ASVS 5.0, 6.2.4."""
    common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_LENGTH][:3_000]
    assert len(common) == 3_000
    assert [word for word in common if not _advice("carol", word)] == []


@pytest.mark.parametrize(
    "password",
    ["tallship", "long-enough", NFC, NFD, "nothing but lower case", "bob carried carol's lamp"],
)
async def test_no_kind_of_character_is_required(password: str) -> None:
    assert await password_errors("password", "carol", password) == []


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("좋은문장이다요", False),  # 7 syllables, 18 characters as NFD
        ("\ufdfa" * 7 + "xy", True),  # 9 characters, of which NFKC makes 128
        ("\ufdfa" * 8, False),
    ],
)
async def test_the_length_is_that_of_the_normalised_password(password: str, fits: bool) -> None:
    typed = unicodedata.normalize("NFD", password)
    wrong = await password_errors("password", "carol", typed)
    too_long_or_short = [error for error in wrong if "characters" in error.message and error.values]
    assert (too_long_or_short == []) == fits


async def test_a_weak_password_raises_invalid_input() -> None:
    with pytest.raises(InvalidInput) as refused:
        await check_new_password("carol", "password")
    assert {error.field for error in refused.value.errors} == {"password"}
    await check_new_password("carol", "a-fine-password")


async def test_rating_a_password_does_not_block_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A long one of symbols takes zxcvbn 6 seconds, and its dictionaries are not thread-safe."""
    judged = []

    def recording(password: str, words: list[str]) -> dict[str, object]:
        judged.append((len(password), threading.current_thread().name, _one_at_a_time.locked()))
        return zxcvbn(password, words)

    monkeypatch.setattr(password_rules, "zxcvbn", recording)
    assert await password_errors("password", "carol", "4@8({[<369!1|0$5+7%2" * 6) == []
    [(length, thread, alone)] = judged
    assert length == JUDGED_LENGTH <= 24
    assert thread.startswith("password")
    assert alone


def test_all_messages_of_zxcvbn_are_translated() -> None:
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(feedback)))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
    ]
    said = {ast.literal_eval(call.args[0]) for call in calls}
    assert said == set(ADVICE)
    assert [sentence for sentence in said if translate("ko", sentence) == sentence] == []


@pytest.mark.parametrize(("chosen", "typed"), [(NFC, NFD), (NFD, NFC), (LIGATURES, "fine flowers")])
async def test_a_password_is_the_same_from_every_keyboard(
    guest: httpx.AsyncClient, chosen: str, typed: str
) -> None:
    assert (await sign_up(guest, chosen)).status_code == 303
    guest.cookies.clear()
    answer = await guest.post("/login", data={"username": "carol", "password": typed})
    assert answer.status_code == 303


async def stored_password(user_id: int) -> str:
    row = await User.select(User.password).where(User.id == user_id).first()
    return str(row["password"])


async def test_an_older_hash_is_accepted_and_replaced(guest: httpx.AsyncClient, cast: Cast) -> None:
    typed_hash = _hash(NFD, "salt", QUICK)
    await User.update({User.password: typed_hash}).where(User.id == cast.alice)
    sign_in = {"username": "alice", "password": NFD}
    assert (await guest.post("/login", data=sign_in)).status_code == 303
    stored = await stored_password(cast.alice)
    assert stored != typed_hash
    assert await matching_form(NFC, stored) == normalise_password(NFD)
    assert (await guest.post("/login", data=sign_in)).status_code in (303, 403)
    assert await stored_password(cast.alice) == stored


async def test_a_wrong_password_of_two_forms_is_wrong() -> None:
    stored = await hash_password(NFC)
    assert not await check_password(NFD + "!", stored)
    assert not await check_password(NFD, None)


@pytest.mark.parametrize("length", [129, 100_000])
async def test_a_too_long_password_is_not_hashed(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await hash_password(PASSWORD)
    monkeypatch.setattr("shop.users.passwords._hash", pytest.fail)
    assert not await check_password("x" * length, stored)
