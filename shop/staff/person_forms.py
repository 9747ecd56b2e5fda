"""The forms of a person's page, and the page itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar.di import NamedDependency
from litestar.response import Response, Template

from shop.errors import InvalidInput, NotFound
from shop.orders.repository import OrderRepository
from shop.paging import MAX_INT
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.people_actions import PeopleActions, details_of
from shop.staff.people_repository import Person, PersonRepository
from shop.staff.rights import RIGHTS, Right, check_again, current
from shop.staff.seen import seen_next
from shop.staff_log.repository import StaffLogRepository
from shop.users.password_links import PasswordLinks
from shop.users.service import UserService
from shop.web.links import origin_of
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest

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
    seen: str = ""
    form_key: str = ""


class RightsForm(msgspec.Struct):
    right: Sequence[str] = ()
    seen: str = ""
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
            return await person_page(self.request, user_id, self.links, error, form, values)


async def person_forms(
    request: ShopRequest,
    users: NamedDependency[UserService],
    points: NamedDependency[PointService],
    links: NamedDependency[PasswordLinks],
) -> PersonForms:
    return PersonForms(request, users, points, links)


async def person_page(
    request: AnyRequest,
    user_id: int,
    links: PasswordLinks,
    error: InvalidInput | None = None,
    form: str = "",
    sent: Mapping[str, Any] | None = None,
) -> Template:
    """With `error`, its `form` is open and has the values that were sent."""
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
        form=form,
        sent=sent or {},
        seen=_seen(person, form, sent or {}, error),
        **problem_context(request, error),
    )


def _seen(
    person: Person, form: str, sent: Mapping[str, Any], error: InvalidInput | None
) -> dict[str, str]:
    """By form, those that save all that they show."""
    stored = {"details": details_of(person), "rights": person.rights}
    return {
        name: seen_next(error, sent["seen"] if name == form else "", shown)
        for name, shown in stored.items()
    }


async def _link(request: AnyRequest, person: Person, links: PasswordLinks) -> str:
    """The address of the person's open password link, for those who may make one; else empty."""
    staff = current(request)
    if not staff.may("people") or (person.is_staff and not staff.superuser):
        return ""
    token = await links.token_of(person.id)
    return f"{origin_of(request)}/password/{token}" if token else ""
