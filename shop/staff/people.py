"""The staff's pages about people: searching, details, and changing their accounts."""

from typing import Any, Literal

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import NotFound
from shop.paging import decode_cursor, page_of
from shop.personal_data.service import PersonalDataService
from shop.staff.files.cells import typed_number
from shop.staff.named_people_repository import NamedPeopleRepository
from shop.staff.once import Sentence
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.people_actions import PeopleActions
from shop.staff.people_repository import PersonFilter, PersonRepository
from shop.staff.person_forms import (
    CloseForm,
    DetailsForm,
    EraseForm,
    KeyForm,
    PersonForms,
    PointsForm,
    RightsForm,
    person_forms,
    person_page,
)
from shop.staff.rights import RIGHTS, requires
from shop.users.password_links import PasswordLinks
from shop.web.forms import urlencoded_form
from shop.web.pagination import Cursor
from shop.web.request import ShopRequest

CURSOR_SCOPE = "staff-people"
FILTERS = ("q", "account", "department")
KINDS: dict[str, Literal["grant", "adjust"]] = {"grant": "grant", "adjust": "adjust"}


class PeopleController(Controller):
    path = "/staff/people"
    include_in_schema = False
    guards = [requires("people", "points")]
    dependencies = {"forms": Provide(person_forms)}

    @get()
    async def list_people(
        self,
        request: ShopRequest,
        q: FromQuery[str] = "",
        account: FromQuery[str] = "",
        department: FromQuery[str] = "",
        cursor: Cursor = None,
    ) -> Template:
        chosen = PersonFilter(q.strip()[:100], account, department)
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await PersonRepository().find(chosen, after[0] if after else None, ROWS + 1)
        found = page_of(rows, ROWS, CURSOR_SCOPE, lambda person: [person.id])
        return await staff_page(
            request,
            "staff/people.html",
            "people",
            people=found.items,
            chosen=chosen,
            departments=await NamedPeopleRepository().departments(),
            **list_links(address(request, FILTERS), found.next_cursor, cursor),
        )

    @get("/{user_id:int}")
    async def one(
        self, request: ShopRequest, user_id: FromPath[int], links: NamedDependency[PasswordLinks]
    ) -> Template:
        return await person_page(request, user_id, links)

    @post("/{user_id:int}/points/{kind:str}", status_code=200)
    async def move_points(
        self,
        user_id: FromPath[int],
        kind: FromPath[str],
        forms: NamedDependency[PersonForms],
        data: URLEncodedBody[PointsForm],
    ) -> Response[Any]:
        if kind not in KINDS:
            raise NotFound
        amount, reason = typed_number(data.amount), data.reason.strip()

        async def work(actions: PeopleActions) -> Sentence:
            return await actions.move_points(user_id, KINDS[kind], amount, reason, data.form_key)

        return await forms.once("points", kind, user_id, data, work)

    @post("/{user_id:int}/close", status_code=200)
    async def close(
        self,
        user_id: FromPath[int],
        forms: NamedDependency[PersonForms],
        data: URLEncodedBody[CloseForm],
    ) -> Response[Any]:
        take, reason = data.points == "take", data.reason.strip()

        async def work(actions: PeopleActions) -> Sentence:
            return await actions.close(user_id, reason, data.form_key, take_points=take)

        return await forms.once("people", "close", user_id, data, work)

    @post("/{user_id:int}/erase", status_code=200)
    async def erase(
        self,
        user_id: FromPath[int],
        forms: NamedDependency[PersonForms],
        personal_data: NamedDependency[PersonalDataService],
        data: URLEncodedBody[EraseForm],
    ) -> Response[Any]:
        async def work(actions: PeopleActions) -> Sentence:
            return await actions.erase(user_id, data.typed, data.reason.strip(), personal_data)

        return await forms.once("people", "erase", user_id, data, work)

    @post("/{user_id:int}/reopen", status_code=200)
    async def reopen(
        self,
        user_id: FromPath[int],
        forms: NamedDependency[PersonForms],
        data: URLEncodedBody[KeyForm],
    ) -> Response[Any]:
        async def work(actions: PeopleActions) -> Sentence:
            return await actions.reopen(user_id)

        return await forms.once("people", "reopen", user_id, data, work)

    @post("/{user_id:int}/details", status_code=200)
    async def edit(
        self,
        user_id: FromPath[int],
        forms: NamedDependency[PersonForms],
        data: URLEncodedBody[DetailsForm],
    ) -> Response[Any]:
        sent = msgspec.structs.asdict(data)

        async def work(actions: PeopleActions) -> Sentence:
            return await actions.edit(user_id, sent)

        return await forms.once("people", "details", user_id, data, work)

    @post("/{user_id:int}/password-link", status_code=200)
    async def make_password_link(
        self,
        user_id: FromPath[int],
        forms: NamedDependency[PersonForms],
        data: URLEncodedBody[KeyForm],
    ) -> Response[Any]:
        async def work(actions: PeopleActions) -> Sentence:
            return await actions.make_password_link(user_id)

        return await forms.once("people", "password-link", user_id, data, work)

    @post("/{user_id:int}/rights", status_code=200)
    async def set_rights(
        self,
        request: ShopRequest,
        user_id: FromPath[int],
        forms: NamedDependency[PersonForms],
    ) -> Response[Any]:
        form = await urlencoded_form(request)
        rights = [name for name in RIGHTS if name in form.getall("right", [])]
        data = RightsForm(rights, str(form.get("seen", "")), str(form.get("form_key", "")))

        async def work(actions: PeopleActions) -> Sentence:
            return await actions.set_rights(user_id, rights, data.seen)

        return await forms.once("people", "rights", user_id, data, work)
