"""The output once the shop is ready."""

import socket
from pathlib import Path

import pytest

from shop.settings import Settings, load_settings
from shop.start.banner import banner


def settings(folder: Path, **environ: str) -> Settings:
    return load_settings({"SHOP_DATA_DIR": str(folder)} | environ)


def printed(settings: Settings, passwords: dict[str, str]) -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return banner(settings, listener, "http://127.0.0.1:9/", passwords)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_this_machine_the_known_passwords_are_shown(folder: Path, host: str) -> None:
    text = printed(settings(folder, SHOP_HOST=host), {})
    assert "Sign in as  alice / alice-demo   100,000 points\n" in text
    assert "            admin / admin-demo   staff\n" in text


def test_elsewhere_the_random_ones_are_shown_when_they_are_made(folder: Path) -> None:
    elsewhere = settings(folder, SHOP_HOST="0.0.0.0")
    made = {name: f"demo-{name}" for name in ("alice", "bob", "admin")}
    first, again = printed(elsewhere, made), printed(elsewhere, {})
    assert "admin / demo-admin " in first
    assert "demo-admin" not in again
    assert "alice-demo" not in first + again
    assert str(folder / "demo-passwords") in first
    assert str(folder / "demo-passwords") in again


def test_without_the_demo_there_are_none(folder: Path) -> None:
    assert "Sign in" not in printed(settings(folder, SHOP_DEMO="off"), {})
