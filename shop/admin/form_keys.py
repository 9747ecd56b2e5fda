"""One opened form acts once: its key is claimed in the transaction of what it does."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from shop.admin.repository import FormKeyRepository, SentForm
from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput
from shop.web.signing import Signer

# The field that carries the key, in the admin's forms and rows; hidden by shop/admin/gate/page.py.
FIELD = "form_key"
PATTERN = "[A-Za-z0-9_-]{16,64}"
KEY_TITLE = N_("Key of this form")
SENT_ALREADY = N_("This form has already been sent with different values. Please open it again.")


def new_key() -> str:
    return uuid.uuid4().hex


class FormKeys:
    """Whether a form was sent before, and what it was answered then."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._keys = FormKeyRepository()

    def sent(self, key: str, actor_id: int, form: str, values: Mapping[str, Any]) -> SentForm:
        """A submitted form. Its values are kept as a keyed digest: one may be a password."""
        content = msgspec.json.encode(values, order="sorted")
        fingerprint, *older = self._signer.proofs("form", content)
        return SentForm(key, actor_id, form, fingerprint, tuple(older))

    @transactional
    async def once(self, sent: SentForm, work: Callable[[], Awaitable[str]]) -> str:
        """The answer of `work`; that of the first time where the same form was sent before.

        A twin that is still at work is waited for. Raises InvalidInput where the key stands for
        another form, other entries or another member of staff.
        """
        if not await self._keys.claim(sent):
            return await self._first_answer(sent)
        answer = await work()
        await self._keys.set_result(sent.key, answer)
        return answer

    async def claim_again(self, sent: SentForm) -> str:
        """Claims the key for this transaction; the result of the last time, empty at the first.

        Raises InvalidInput where the key stands for another form or another member of staff.
        """
        return "" if await self._keys.claim(sent) else await self._first_answer(sent)

    async def set_result(self, sent: SentForm, result: str) -> None:
        await self._keys.set_result(sent.key, result)

    async def _first_answer(self, sent: SentForm) -> str:
        first, answer = await self._keys.find(sent.key)
        if not sent.is_same(first):
            raise InvalidInput(FieldError(FIELD, SENT_ALREADY))
        return answer
