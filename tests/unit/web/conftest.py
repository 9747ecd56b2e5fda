from collections.abc import AsyncIterator
from typing import Any

import jinja2
import pytest
from litestar import Litestar

from tests.cast import Cast, SignedIn
from tests.unit.web.cache_clients import Counting
from tests.unit.web.helpers import browser_of

PAGES = ("/index.html", "/cart/show.html", "/orders/show.html", "/orders/checkout.html")
"""The ends of their templates' names."""


@pytest.fixture
async def browser(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """Alice's browser, signed in."""
    async with browser_of(app, cast.alice, "alice") as client:
        yield client


@pytest.fixture
def shop(app: Litestar) -> Counting:
    return Counting(app)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates of pages that were rendered."""
    names: list[str] = []
    render = jinja2.Template.render

    def counted(template: jinja2.Template, *args: Any, **variables: Any) -> str:
        if (template.name or "").endswith(PAGES):
            names.append(str(template.name))
        return render(template, *args, **variables)

    monkeypatch.setattr(jinja2.Template, "render", counted)
    return names
