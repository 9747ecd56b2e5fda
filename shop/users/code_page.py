"""`/login/code`: the second step of signing in."""

from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, URLEncodedBody
from litestar.response import Response

from shop.errors import TooManyRequests
from shop.limits.service import RateLimiter
from shop.users.errors import SecondFactorUnreadable, WrongCode, WrongPassword
from shop.users.pages import SENDS_ON, signed_in, signed_in_already
from shop.users.second_factor import SecondFactorService
from shop.users.second_step import ask_again, code_page, forget_second_step, who_gave_the_password
from shop.users.service import UserService
from shop.users.sign_in import check_code_of
from shop.users.sign_in_page import WayOn
from shop.web.members import OPEN_TO_ALL
from shop.web.pages import local_path, redirect
from shop.web.pending import Resume
from shop.web.request import ShopRequest

NextPath = Annotated[str, QueryParameter(name="next")]


class CodeForm(WayOn):
    code: str = ""


class CodeController(Controller):
    """`/login/code`: the second step of signing in."""

    path = "/login/code"
    include_in_schema = False
    opt = OPEN_TO_ALL

    @get()
    async def show(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        next_path: NextPath = "/",
    ) -> Response[Any]:
        if request.auth.session_token:
            return redirect(request, local_path(next_path))
        if await who_gave_the_password(request, users, factors) is None:
            return await ask_again(request, WayOn(next_path))
        return await code_page(request, WayOn(next_path))

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
            return await signed_in_already(request, users, data)
        verified = await who_gave_the_password(request, users, factors)
        if verified is None:
            return await ask_again(request, data)
        try:
            verified = await check_code_of(request, factors, limiter, verified, data.code)
            answer = await signed_in(request, users, resume, verified, data, "signed-in")
        except WrongPassword:
            return await ask_again(request, data)
        except (WrongCode, SecondFactorUnreadable, TooManyRequests) as error:
            return await code_page(request, data, error)
        answer.set_cookie(forget_second_step(request))
        return answer
