"""`/login/code`: the second step of signing in."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import ShopError, TooManyRequests
from shop.limits.service import RateLimiter
from shop.users.errors import SecondFactorUnreadable, WrongCode, WrongPassword
from shop.users.form_page import form_page
from shop.users.pages import SENDS_ON, signed_in
from shop.users.second_factor import SecondFactorService
from shop.users.second_step import ask_again, forget_second_step, who_gave_the_password
from shop.users.service import UserService
from shop.users.sign_in import check_code_of
from shop.web.members import OPEN_TO_ALL
from shop.web.pages import local_path, redirect
from shop.web.pending import Resume
from shop.web.request import AnyRequest, ShopRequest

NextPath = Annotated[str, QueryParameter(name="next")]


class CodeForm(msgspec.Struct):
    code: str = ""
    next: str = "/"


class CodeController(Controller):
    """`/login/code`: the second step of signing in."""

    path = "/login/code"
    include_in_schema = False
    opt = OPEN_TO_ALL

    @get()
    async def code_page(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        next_path: NextPath = "/",
    ) -> Response[Any]:
        if request.auth.session_token:
            return redirect(request, local_path(next_path))
        if await who_gave_the_password(request, users, factors) is None:
            return ask_again(request, next_path)
        return await _code_page(request, next_path)

    @post(status_code=200, opt=SENDS_ON)
    async def check_code(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        resume: NamedDependency[Resume],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[CodeForm],
    ) -> Response[Any]:
        if request.auth.session_token:
            return redirect(request, local_path(data.next), "signed-in-already")
        verified = await who_gave_the_password(request, users, factors)
        if verified is None:
            return ask_again(request, data.next)
        try:
            verified = await check_code_of(request, factors, limiter, verified, data.code)
            answer = await signed_in(request, users, resume, verified, data.next, "signed-in")
        except WrongPassword:
            return ask_again(request, data.next)
        except (WrongCode, SecondFactorUnreadable, TooManyRequests) as error:
            return await _code_page(request, data.next, error)
        answer.set_cookie(forget_second_step(request))
        return answer


async def _code_page(
    request: AnyRequest, next_path: str, error: ShopError | None = None
) -> Template:
    return await form_page(request, "users/code.html", error, next=local_path(next_path))
