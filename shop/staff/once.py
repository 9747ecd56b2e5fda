"""A form of staff acts once: its key is claimed in the transaction of its action."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar.response import Response

from shop.admin.form_keys import FormKeys
from shop.admin.repository import FormKeyRepository
from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput
from shop.staff.rights import Right, check_again, current
from shop.web.pages import redirect
from shop.web.request import AnyRequest
from shop.web.state import state_of

DONE = "done"
"""The query parameter that names the form whose result a page shows."""
KEY_LENGTH = range(16, 65)


class Sentence(msgspec.Struct, frozen=True):
    """A notice of the result, as a message id with its values; `good` is false if nothing was
    done."""

    message: str
    values: dict[str, Any] = {}
    good: bool = True


class Result(msgspec.Struct, frozen=True):
    """Where the form leads, and the sentences that are shown there."""

    path: str
    sentences: list[Sentence]


Work = Callable[[], Awaitable[Result]]


def new_form_key() -> str:
    return secrets.token_urlsafe(18)


async def once(
    request: AnyRequest, right: Right, form: str, values: Mapping[str, Any], work: Work
) -> Response[Any]:
    """Runs `work` in a transaction, with the right checked again, and leads to its result. The same
    form sent again leads there too and changes nothing. `values` has its `form_key`.

    Raises NotFound without the right, and InvalidInput without a key or for a key of another form.
    """
    key = str(values.get("form_key", ""))
    if len(key) not in KEY_LENGTH:
        raise InvalidInput(FieldError("form_key", N_("Please open this form again.")))
    keys = FormKeys(state_of(request.app).signer)
    content = {name: value for name, value in values.items() if name != "form_key"}
    sent = keys.sent(key, current(request).user.id, f"staff/{form}", content)

    @transactional
    async def run() -> str:
        await check_again(request, right)

        async def encoded() -> str:
            return msgspec.json.encode(await work()).decode()

        return await keys.once(sent, encoded)

    result = msgspec.json.decode(await run(), type=Result)
    mark = "&" if "?" in result.path else "?"
    return redirect(request, f"{result.path}{mark}{urlencode({DONE: key})}")


async def sentences_of(request: AnyRequest) -> list[Sentence]:
    """The notices of the form that has just led to this page; none for another member of staff."""
    key = request.query_params.get(DONE, "")
    if len(key) not in KEY_LENGTH:
        return []
    found = await FormKeyRepository().result_of(key, current(request).user.id)
    return msgspec.json.decode(found, type=Result).sentences if found else []
