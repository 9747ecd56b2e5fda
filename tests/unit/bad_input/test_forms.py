"""Forms filled in by no browser."""

from typing import Any

import httpx
import pytest

from tests.cast import make_product
from tests.unit.bad_input.refusals import refused, refused_field
from tests.unit.web.helpers import FORM, JSON, contents

FORMS = [
    "/login",
    "/signup",
    "/logout",
    "/language",
    "/account/password",
    "/cart/items",
    "/cart/items/1",
    "/checkout",
    "/products/1/likes",
    "/orders/1/cancel",
]
BAD_FORMS: dict[str, dict[str, Any]] = {
    "nothing": {"content": b""},
    "JSON": {"content": b'{"a": 1}', "headers": JSON},
    "bytes": {"content": b"\x00\xff\xfe=%", "headers": FORM},
    "broken escapes": {"content": b"username=%&password=%zz&quantity=%u0041", "headers": FORM},
    "half a character": {"content": b"username=%ED%A0%80&password=%ff&next=%C3", "headers": FORM},
    "only signs": {"content": b"&&==&=&", "headers": FORM},
    "thousand fields": {"content": b"&".join([b"a=1"] * 5_000), "headers": FORM},
    "file": {
        "files": dict.fromkeys(
            ("username", "password", "product_id", "quantity", "unit_price", "liked"),
            ("a.txt", b"1"),
        )
    },
    "no boundary": {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
    "garbage": {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}},
    "unknown encoding": {
        "content": b"username=a",
        "headers": {"content-type": "application/x-www-form-urlencoded; charset=nonsense"},
    },
    "twice": {
        "content": b"username=a&username=b&quantity=1&quantity=2&language=en&language=ko&liked=a",
        "headers": FORM,
    },
}


@pytest.mark.parametrize("options", BAD_FORMS.values(), ids=BAD_FORMS.keys())
@pytest.mark.parametrize("path", FORMS)
async def test_an_odd_form_causes_no_500(
    alice: httpx.AsyncClient, path: str, options: dict[str, Any]
) -> None:
    before = await contents()
    answer = await alice.post(path, **options)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert await contents() == before


@pytest.mark.parametrize("name", ["quantity", "product_id"])
async def test_a_field_sent_twice_is_refused(alice: httpx.AsyncClient, name: str) -> None:
    product = await make_product()
    body = f"product_id={product}&quantity=1&{name}=1".encode()
    await refused_field(alice, "POST", "/cart/items", content=body, headers=FORM)


@pytest.mark.parametrize("liked", ["maybe", "", "1", "TRUE"])
async def test_a_like_form_has_a_boolean(alice: httpx.AsyncClient, liked: str) -> None:
    url = f"/products/{await make_product()}/likes"
    await refused_field(alice, "POST", url, data={"liked": liked})


@pytest.mark.parametrize("language", ["", "xx", "EN", "en-US", "../en"])
async def test_an_unsupported_language_is_refused(alice: httpx.AsyncClient, language: str) -> None:
    await refused_field(alice, "POST", "/language", data={"language": language})


@pytest.mark.committed
@pytest.mark.parametrize("path", ["/login", "/signup"])
async def test_a_name_that_cannot_be_stored_is_refused(guest: httpx.AsyncClient, path: str) -> None:
    form = {"username": "ali\x00ce", "password": "a-fine-password"}
    await refused(guest, "POST", path, data=form)
