"""Editing accounts: superusers only, and only what belongs to their work."""

from typing import Any

from piccolo.columns import Column
from piccolo_api.crud.hooks import Hook, HookType
from starlette.requests import Request

from shop.admin.repository import StaffRepository
from shop.admin.words import refuse
from shop.errors import N_, FieldError
from shop.users.session_repository import SessionRepository

EDITABLE = {"active", "admin", "superuser", "first_name", "last_name", "email"}
RIGHTS = {"active", "admin", "superuser"}


async def edit_user(row_id: int, values: dict[Column, Any], request: Request) -> dict[Column, Any]:
    """What is written of what was sent. What the form repeats without a change is left out."""
    sent = {column._meta.name: value for column, value in values.items()}
    if wrong := await _wrong(row_id, sent, request):
        refuse(request, *wrong)
    kept = {column: value for column, value in values.items() if column._meta.name in EDITABLE}
    if not kept:
        refuse(request, FieldError("body", N_("Nothing was changed.")))
    if "active" in sent and sent["active"] != await StaffRepository().is_open(row_id):
        # When it is opened too: a sign-in may have come in between here and its closing.
        await SessionRepository().delete_all(row_id)
    return {column: None if value == "" else value for column, value in kept.items()}


async def _wrong(row_id: int, sent: dict[str, Any], request: Request) -> list[FieldError]:
    staff = StaffRepository()
    wrong = []
    if sent.get("password"):
        wrong.append(FieldError("password", N_("Please use the form “Set a password”.")))
    if "username" in sent and sent["username"] != await staff.username(row_id):
        wrong.append(FieldError("username", N_("A username stays as it is.")))
    if sent.get("email") and await staff.is_email_taken(sent["email"], row_id):
        wrong.append(FieldError("email", N_("Another account has this address.")))
    if row_id == request.user.user.id:
        wrong += [
            FieldError(name, N_("You cannot take your own rights away."))
            for name in sorted(RIGHTS & sent.keys())
            if not sent[name]
        ]
    return wrong


USER_HOOKS = [Hook(HookType.pre_patch, edit_user)]
