"""Editing accounts: superusers only, and only what belongs to their work."""

from functools import partial
from typing import Any

from piccolo.columns import Column
from piccolo_api.crud.hooks import Hook, HookType
from starlette.requests import Request

from shop.admin.form_actions import actor_of
from shop.admin.form_keys import FormKeys
from shop.admin.i18n import raise_validation_error
from shop.admin.repository import StaffRepository
from shop.admin.rows import Change, Check, Errors, Rows, Values, editable
from shop.database import transactional
from shop.errors import N_, FieldError
from shop.security_log import security_event
from shop.users.emails import email_errors, email_taken, normalised_email
from shop.users.repository import UserRepository
from shop.users.session_repository import SessionRepository
from shop.users.tables import User

RIGHTS = {"active", "admin", "superuser"}


class UserHooks:
    def __init__(self, keys: FormKeys) -> None:
        self._rows = Rows(keys)
        self._staff = StaffRepository()
        self._users = UserRepository()
        self._sessions = SessionRepository()

    def hooks(self) -> list[Hook]:
        return [Hook(HookType.pre_patch, self.edit)]

    async def edit(
        self, row_id: int, values: dict[Column, Any], request: Request
    ) -> dict[Column, Any]:
        sent = {column._meta.name: value for column, value in values.items()}
        if fixed := await self._wrong_in_fixed(row_id, sent):
            raise_validation_error(request, *fixed)
        given = editable(request, User, values)
        changes = {name: None if value == "" else value for name, value in given.items()}
        if isinstance(email := changes.get("email"), str):
            changes["email"] = normalised_email(email)
        check = partial(self._wrong, row_id, is_self=row_id == actor_of(request))
        change = await self._edit(request, row_id, changes, check)
        await self._note(request, row_id, change)
        return {User.id: row_id}

    async def _note(self, request: Request, row_id: int, change: Change) -> None:
        """In the security log, once it is committed."""
        rights = RIGHTS & change.after.keys()
        if not rights:
            return
        who = {"actor": actor_of(request), "user": await self._staff.username(row_id)}
        before, after = ({name: each[name] for name in sorted(rights)} for each in change)
        security_event("rights-changed", **who, before=before, after=after)
        if change.after.get("active") is False:
            security_event("account-closed", **who)

    @transactional
    async def _edit(self, request: Request, row_id: int, values: Values, check: Check) -> Change:
        """Where an account is closed its sessions end. Where it is opened too: a sign-in may have
        come in between here and its closing."""
        change = await self._rows.edit(request, User, row_id, values, check, self._users.update)
        if "active" in change.after:
            await self._sessions.delete_all(row_id)
        return change

    async def _wrong_in_fixed(self, row_id: int, sent: dict[str, Any]) -> list[FieldError]:
        """Errors of fields that this form cannot change; an unchanged value is no error."""
        wrong = []
        if sent.get("password"):
            wrong.append(FieldError("password", N_("Please use the form “Set a password”.")))
        if "username" in sent and sent["username"] != await self._staff.username(row_id):
            wrong.append(FieldError("username", N_("A username cannot be changed.")))
        return wrong

    async def _wrong(self, row_id: int, changes: Values, is_self: bool) -> Errors:
        if (email := changes.get("email")) and (wrong := email_errors(email)):
            yield wrong[0]
        elif email and await self._users.is_email_taken(email, row_id):
            yield email_taken()
        for name in sorted(RIGHTS & changes.keys()) if is_self else ():
            if not changes[name]:
                yield FieldError(name, N_("You cannot remove your own rights."))
