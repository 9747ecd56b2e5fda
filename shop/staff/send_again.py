"""A form whose session had ended goes on in the new one."""

from litestar import Controller, post
from litestar.response import Template

from shop.errors import N_, FieldError, InvalidInput
from shop.staff.ended_session import PATH, ended
from shop.staff.rights import requires
from shop.web.csrf import NO_CSRF
from shop.web.pages import page
from shop.web.request import ShopRequest

STAFF = "/staff/"


class SendAgainController(Controller):
    """Its guard keeps the form again while there is no session."""

    path = "/staff/again"
    include_in_schema = False
    guards = [requires()]

    @post(status_code=200, opt={NO_CSRF: True})
    async def show(self, request: ShopRequest) -> Template:
        """The kept form with a token of the new session. Changes nothing."""
        kept = await ended(request)
        if not kept.path.startswith(STAFF):
            raise InvalidInput(FieldError(PATH, N_("This value is not valid.")))
        return await page(
            request, "staff/send_again.html", path_of_form=kept.path, fields=kept.fields
        )
