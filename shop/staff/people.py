"""The staff's people: found, seen whole, and what is done with their accounts."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import InvalidInput, NotFound
from shop.orders.repository import OrderRepository
from shop.paging import MAX_INT, decode_cursor, page_of
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


class PeopleController(Controller):
    path = "/staff/people"
    include_in_schema = False
    guards = [requires("people", "points")]

    @get()
    async def found(
        self,
        request: ShopRequest,
        q: FromQuery[str] = "",
        account: FromQuery[str] = "",
        department: FromQuery[str] = "",
        cursor: Cursor = None,
    ) -> Template:
        chosen = PersonFilter(q.strip()[:100], account, department)
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await PersonRepository().found(chosen, after[0] if after else None, ROWS + 1)
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
        request: ShopRequest,
        user_id: FromPath[int],
        kind: FromPath[str],
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        links: NamedDependency[PasswordLinks],
        data: URLEncodedBody[PointsForm],
    ) -> Response[Any]:
        if kind not in KINDS:
            raise NotFound
        amount, reason = whole_number(data.amount), data.reason.strip()

        async def work() -> Sentence:
            actions = await _actions(request, "points", users, points, links)
            return await actions.move_points(user_id, KINDS[kind], amount, reason, data.form_key)

        return await _once(request, "points", kind, user_id, data, links, work)

    @post("/{user_id:int}/close", status_code=200)
    async def close(
        self,
        request: ShopRequest,
        user_id: FromPath[int],
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        links: NamedDependency[PasswordLinks],
        data: URLEncodedBody[CloseForm],
    ) -> Response[Any]:
        take, reason = data.points == "take", data.reason.strip()

        async def work() -> Sentence:
            actions = await _actions(request, "people", users, points, links)
            return await actions.close(user_id, reason, data.form_key, take_points=take)

        return await _once(request, "people", "close", user_id, data, links, work)

    @post("/{user_id:int}/reopen", status_code=200)
    async def reopen(
        self,
        request: ShopRequest,
        user_id: FromPath[int],
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        links: NamedDependency[PasswordLinks],
        data: URLEncodedBody[KeyForm],
    ) -> Response[Any]:
        async def work() -> Sentence:
            return await (await _actions(request, "people", users, points, links)).reopen(user_id)

        return await _once(request, "people", "reopen", user_id, data, links, work)

    @post("/{user_id:int}/details", status_code=200)
    async def edit(
        self,
        request: ShopRequest,
        user_id: FromPath[int],
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        links: NamedDependency[PasswordLinks],
        data: URLEncodedBody[DetailsForm],
    ) -> Response[Any]:
        sent = msgspec.structs.asdict(data)

        async def work() -> Sentence:
            return await (await _actions(request, "people", users, points, links)).edit(
                user_id, sent
            )

        return await _once(request, "people", "details", user_id, data, links, work)

    @post("/{user_id:int}/password-link", status_code=200)
    async def make_password_link(
        self,
        request: ShopRequest,
        user_id: FromPath[int],
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        links: NamedDependency[PasswordLinks],
        data: URLEncodedBody[KeyForm],
    ) -> Response[Any]:
        async def work() -> Sentence:
            actions = await _actions(request, "people", users, points, links)
            return await actions.make_password_link(user_id)

        return await _once(request, "people", "password-link", user_id, data, links, work)

    @post("/{user_id:int}/rights", status_code=200)
    async def set_rights(
        self,
        request: ShopRequest,
        user_id: FromPath[int],
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        links: NamedDependency[PasswordLinks],
    ) -> Response[Any]:
        form = await urlencoded_form(request)
        rights = [name for name in RIGHTS if name in form.getall("right", [])]
        data = RightsForm(rights, str(form.get("form_key", "")))

        async def work() -> Sentence:
            actions = await _actions(request, "people", users, points, links)
            return await actions.set_rights(user_id, rights)

        return await _once(request, "people", "rights", user_id, data, links, work)


async def _actions(
    request: AnyRequest,
    right: Right,
    users: UserService,
    points: PointService,
    links: PasswordLinks,
) -> PeopleActions:
    """For what the member of staff may do in this transaction."""
    return PeopleActions(await check_again(request, right), users, points, links)


async def _once(
    request: AnyRequest,
    right: Right,
    form: str,
    user_id: int,
    data: msgspec.Struct,
    links: PasswordLinks,
    work: Any,
) -> Response[Any]:
    """The page of the person with what was done, or with the refusal."""

    async def run() -> Result:
        return Result(f"/staff/people/{user_id}", [await work()])

    try:
        values = msgspec.structs.asdict(data)
        return await once(request, right, f"person/{user_id}/{form}", values, run)
    except InvalidInput as error:
        return await _person_page(request, user_id, links, error)


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
