"""The first visitor after a start waits no longer than later ones."""

import threading
from typing import Any

import httpx
import pytest
from jinja2 import Environment

from app import create_app
from shop.settings import Settings
from shop.web import static
from tests.unit.web.helpers import Page


async def test_after_it_templates_and_files_are_prepared(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.web.warm_up.PAUSE", 0)
    app = create_app(settings)
    [begin] = app.on_startup
    begin(app)  # type: ignore[call-arg, arg-type]  # Litestar's type has each form that a hook may have
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join()

    monkeypatch.setattr(Environment, "compile", too_late)
    monkeypatch.setattr(static, "compressed", too_late)
    transport = httpx.ASGITransport(app)
    headers = {"Accept-Encoding": "br, zstd, gzip"}
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as guest:
        page = Page((await guest.get("/login")).text)
        assert len(page.files) == 3
        for address in page.files:
            answer = await guest.get(address, headers=headers)
            assert answer.headers["content-encoding"] == "br"


def too_late(*_: Any, **__: Any) -> None:
    raise AssertionError("made while a visitor waits")
