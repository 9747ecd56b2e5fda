"""The settings of mail."""

import pytest

from shop.settings import SettingsError, load_settings
from shop.settings.smtp import read_smtp

MAIL = {"SHOP_MAIL_FROM": "shop@mall.test", "SHOP_PUBLIC_URL": "https://mall.test"}


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://mail.test", 587, False),
        ("smtps://mail.test", 465, True),
        ("smtp://h:25", 25, False),
    ],
)
def test_a_server_has_the_usual_port(url: str, port: int, tls: bool) -> None:
    server = read_smtp(url)
    assert (server.port, server.tls, server.user) == (port, tls, None)


def test_a_password_may_have_any_sign_and_is_not_shown() -> None:
    server = read_smtp("smtp://shop%40mall.test:p%3Ass%2Fword@mail.test")
    assert (server.user, server.password) == ("shop@mall.test", "p:ss/word")
    assert "word" not in repr(server)


def test_a_password_leaves_this_machine_only_encrypted() -> None:
    assert read_smtp("smtp://a:b@mail.test").needs_starttls
    assert not read_smtp("smtp://a:b@127.0.0.1").needs_starttls
    assert not read_smtp("smtps://a:b@mail.test").needs_starttls


@pytest.mark.parametrize(
    "url",
    ["mail.test", "http://mail.test", "smtp://", "smtp://hunter2@mail.test", "smtp://h:99999",
     "smtp://a:hunter2@h/box", "smtp://a:hunter2@h?x=1"],
)  # fmt: skip
def test_anything_else_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"SHOP_SMTP_URL": url, **MAIL})
    assert "SHOP_SMTP_URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("missing", sorted(MAIL))
def test_sender_and_public_url_are_needed_with_it(missing: str) -> None:
    given = {name: value for name, value in MAIL.items() if name != missing}
    with pytest.raises(SettingsError, match=missing):
        load_settings({"SHOP_SMTP_URL": "smtp://mail.test", **given})
