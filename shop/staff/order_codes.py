"""Staff replace a code of an order that does not work."""

from typing import Any

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response

from shop.errors import N_
from shop.orders.codes.sold import SoldCodes
from shop.orders.codes.stock import Movement
from shop.orders.order import subject_of
from shop.staff.once import Result, Sentence, once
from shop.staff.order_forms import Reason
from shop.staff.rights import current, requires
from shop.staff_log.repository import StaffLogRepository
from shop.web.request import ShopRequest


class Replacement(msgspec.Struct):
    code_id: int
    reason: Reason
    form_key: str = ""


class StaffOrderCodeController(Controller):
    path = "/staff/orders/{order_id:int}/codes"
    include_in_schema = False
    guards = [requires("orders")]

    @post("/replace", status_code=200)
    async def replace(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        sold_codes: NamedDependency[SoldCodes],
        data: URLEncodedBody[Replacement],
    ) -> Response[Any]:
        actor_id, reason = current(request).user.id, data.reason.strip()

        async def work() -> Result:
            movement = Movement(actor_id, reason, f"staff:{data.form_key}")
            product_id = await sold_codes.replace(order_id, data.code_id, movement)
            before, log = {"code": data.code_id}, StaffLogRepository()
            for subject in (subject_of(order_id), f"product:{product_id}"):
                await log.record(actor_id, "codes.replace", subject, reason=reason, before=before)
            done = N_("Code %(number)s was voided. The shopper can see another one now.")
            values = {"number": str(data.code_id)}
            return Result(f"/staff/orders/{order_id}", [Sentence(done, values)])

        values = {"order_id": order_id, **msgspec.structs.asdict(data)}
        return await once(request, "orders", "replace-code", values, work)
