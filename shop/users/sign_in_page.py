"""The sign-in page, and the way on from it: to where the user was, or to what they had typed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.datastructures import Cookie
from litestar.response import Response, Template

from shop.errors import ShopError
from shop.identity import SignedInUser
from shop.users.errors import UsernameTaken
from shop.users.kept import FLAG, FormKept, kept_for, packed
from shop.web.error_responses import error_response, wants_json
from shop.web.links import links_of
from shop.web.notices import Notice, notice_cookie
from shop.web.pages import NO_STORE, current_url, is_htmx, local_path, page, redirect, render
from shop.web.pending import pending_of
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, identity_of
from shop.web.state import state_of

WHOLE_PAGE = {"hx-retarget": "body", "hx-reswap": "innerHTML"}


class WayOn(msgspec.Struct):
    """The fields of each form on the way: a page to return to, and a kept form."""

    next: str = "/"
    kept: str = ""


class SignInForm(WayOn):
    username: str = ""
    password: str = ""


async def sign_in_page(
    request: AnyRequest, template: str, form: SignInForm, error: ShopError | None = None
) -> Response[Any]:
    """The submitted form, without the password, with its errors. Not cached, because it may hold a
    name."""
    context = problem_context(request, error)
    refusal = context["refusal"]
    if refusal and isinstance(error, UsernameTaken):
        context["errors"] = {"username": refusal.title}
    return await page(
        request,
        template,
        status=refusal.answer.status if refusal else 200,
        headers=NO_STORE | (refusal.headers if refusal else {}),
        links=links_of(request),
        **_shown(request, form),
        **context,
    )


def keep_form(request: AnyRequest, error: FormKept) -> Response[Any] | Template:
    """The exception handler: the sign-in page with the form, or for its author in a new session
    the way on."""
    if wants_json(request):
        return error_response(request, error)
    headers = NO_STORE | (WHOLE_PAGE if is_htmx(request) else {})
    back_to = current_url(request)
    if identity_of(request).user is not None:
        context = {"kept": error.kept, "flag": FLAG, "next": back_to}
        return render(request, "users/kept.html", context, 403, headers)
    form = SignInForm(next=back_to, kept=packed(request, error.kept))
    context = {**_shown(request, form), **problem_context(request, None)}
    return render(request, "users/login.html", context, 401, headers)


async def go_on(
    request: AnyRequest,
    user: SignedInUser,
    way: WayOn,
    *notices: Notice,
    cookies: Sequence[Cookie] = (),
) -> Response[Any]:
    """To the page before the sign-in; or if a form of this user was kept, its fields, to be sent
    to where they are shown again."""
    if kept := kept_for(request, user, way.kept):
        shown_later = [notice_cookie(request, *notices)] if notices else []
        return await page(
            request,
            "users/kept.html",
            headers=NO_STORE,
            cookies=[*cookies, *shown_later],
            kept=kept,
            flag=FLAG,
            next=local_path(way.next),
        )
    others = [Notice("kept-of-another")] if way.kept else []
    return redirect(request, local_path(way.next), *notices, *others, cookies=cookies)


def _shown(request: AnyRequest, form: SignInForm) -> dict[str, Any]:
    return {
        "form": form,
        "next": local_path(form.next),
        "wishes": pending_of(request),
        "mail": state_of(request.app).settings.has_mail,
        "demo": state_of(request.app).settings.known_passwords,
    }
