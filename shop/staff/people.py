"""The staff's pages about people: searching, details, and changing their accounts."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import InvalidInput, NotFound
from shop.orders.repository import OrderRepository
from shop.paging import MAX_INT, decode_cursor, page_of
from shop.personal_data.service import PersonalDataService
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.staff.files.cells import whole_number
from shop.staff.once import Result, Sentence, once
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.people_actions import PeopleActions
from shop.staff.people_repository import PeopleRepository, Person, PersonFilter, PersonRepository
from shop.staff.rights import RIGHTS, Right, check_again, current, requires
from shop.staff_log.repository import StaffLogRepository
from shop.users.password_links import PasswordLinks
from shop.users.service import UserService
from shop.web.forms import urlencoded_form
from shop.web.links import origin_of
from shop.web.pagination import Cursor
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

CURSOR_SCOPE = "staff-people"
FILTERS = ("q", "account", "department")
KINDS: dict[str, Literal["grant", "adjust"]] = {"grant": "grant", "adjust": "adjust"}
SHOWN = 20  # entries and orders of one person
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Detail = Annotated[str, msgspec.Meta(max_length=60)]


class PointsForm(msgspec.Struct):
    amount: str
    reason: Reason
    form_key: str = ""


class EraseForm(msgspec.Struct):
    """`typed` is the username, to confirm it."""

    typed: str = ""
    reason: Reason = ""
    form_key: str = ""


class CloseForm(msgspec.Struct):
    reason: Reason
    points: str = ""
    form_key: str = ""


class DetailsForm(msgspec.Struct):
    first_name: Detail = ""
    last_name: Detail = ""
    email: Annotated[str, msgspec.Meta(max_length=255)] = ""
    employee_no: Annotated[str, msgspec.Meta(max_length=40)] = ""
    department: Detail = ""
    form_key: str = ""


class RightsForm(msgspec.Struct):
    right: Sequence[str] = ()
    form_key: str = ""


class KeyForm(msgspec.Struct):
    form_key: str = ""


@dataclass
class PersonForms:
    """Shared by the forms of a person's page."""

    request: AnyRequest
    users: UserService
    points: PointService
    links: PasswordLinks

    async def once(
        self,
        right: Right,
        form: str,
        user_id: int,
        data: msgspec.Struct,
        work: Callable[[PeopleActions], Awaitable[Sentence]],
    ) -> Response[Any]:
        """Runs `work` in a transaction, as far as the member of staff has `right` in it. Returns
        the page of the person, with the result or the refusal."""

        async def run() -> Result:
            member = await check_again(self.request, right)
            actions = PeopleActions(member, self.users, self.points, self.links)
            return Result(f"/staff/people/{user_id}", [await work(actions)])

        try:
            values = msgspec.structs.asdict(data)
            return await once(self.request, right, f"person/{user_id}/{form}", values, run)
        except InvalidInput as error:
            return await _person_page(self.request, user_id, self.links, error)


async def _forms(
    request: ShopRequest,
    users: NamedDependency[UserService],
    points: NamedDependency[PointService],
    links: NamedDependency[PasswordLinks],
) -> PersonForms:
    return PersonForms(request, users, points, links)


class PeopleController(Controller):
    path = "/staff/people"
    include_in_schema = False
    guards = [requires("people", "points")]
    dependencies = {"forms": Provide(_forms)}

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
            departments=await PeopleRepository().departments(),
            **list_links(address(request, FILTERS), found.next_cursor, cursor),
        )

    @get("/{user_id:int}")
    async def one(
        self, request: ShopRequest, user_id: FromPath[int], links: NamedDependency[PasswordLinks]
    ) -> Template:
        return await _person_page(request, user_id, links)

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
        amount, reason = whole_number(data.amount), data.reason.strip()

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
        data = RightsForm(rights, str(form.get("form_key", "")))

        async def work(actions: PeopleActions) -> Sentence:
            return await actions.set_rights(user_id, rights)

        return await forms.once("people", "rights", user_id, data, work)


async def _person_page(
    request: AnyRequest, user_id: int, links: PasswordLinks, error: InvalidInput | None = None
) -> Template:
    person = await PersonRepository().one(user_id) if 0 < user_id <= MAX_INT else None
    if person is None:
        raise NotFound
    return await staff_page(
        request,
        "staff/person.html",
        "people",
        status=400 if error else 200,
        person=person,
        entries=await PointRepository().entries(user_id, None, SHOWN),
        orders=await OrderRepository().of_user(user_id, None, SHOWN),
        actions=await StaffLogRepository().of_subjects(f"user:{user_id}"),
        rights=RIGHTS,
        link=await _link(request, person, links),
        refusal=refusal_for(request, error) if error else None,
    )


async def _link(request: AnyRequest, person: Person, links: PasswordLinks) -> str:
    """The address of the person's open password link, for those who may make one; else empty."""
    staff = current(request)
    if not staff.may("people") or (person.is_staff and not staff.superuser):
        return ""
    token = await links.token_of(person.id)
    return f"{origin_of(request)}/password/{token}" if token else ""
