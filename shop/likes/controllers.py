"""상품 좋아요 등록 (the first diagram): the JSON API and the button."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response

from shop.likes.pending import LIKE
from shop.likes.service import LikeService
from shop.products.service import ProductService
from shop.schema import about
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.i18n import language_of
from shop.web.openapi import SIGNED_IN_WRITE, refusals_of_write
from shop.web.pages import is_htmx, page, redirect, url_at_product
from shop.web.pending import Pending, sign_in_to
from shop.web.request import ShopRequest


class LikeOut(msgspec.Struct):
    """Whether the user likes the product now."""

    product_id: int
    liked: bool
    like_count: Annotated[int, about("How many users like it.", 12)]


class LikeForm(msgspec.Struct):
    """The wanted state, so that a second click is harmless."""

    liked: Literal["true", "false"] = "true"


class LikeController(Controller):
    path = "/products/{product_id:int}/likes"
    tags = ["Likes"]
    guards = [signed_in_only]

    @post(
        operation_id="likeProduct",
        status_code=200,
        summary="Like a product",
        security=SIGNED_IN_WRITE,
        responses=refusals_of_write(404),
    )
    async def like(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        users: NamedDependency[UserService],
        products: NamedDependency[ProductService],
        likes: NamedDependency[LikeService],
    ) -> LikeOut:
        user = users.authenticated(request.user)
        product = await products.get(product_id)
        return LikeOut(product.id, True, await likes.like(user, product.id))

    @delete(
        operation_id="unlikeProduct",
        status_code=200,
        summary="Unlike a product",
        security=SIGNED_IN_WRITE,
        responses=refusals_of_write(404),
    )
    async def unlike(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        users: NamedDependency[UserService],
        products: NamedDependency[ProductService],
        likes: NamedDependency[LikeService],
    ) -> LikeOut:
        user = users.authenticated(request.user)
        product = await products.get(product_id)
        return LikeOut(product.id, False, await likes.unlike(user, product.id))


class LikeButtonController(Controller):
    """The button's form; the response is the page or, for htmx, the button."""

    path = "/products/{product_id:int}/likes"
    include_in_schema = False

    @post(status_code=200)
    async def set_liked(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        likes: NamedDependency[LikeService],
        data: URLEncodedBody[LikeForm],
    ) -> Response[Any]:
        if request.user is None:
            return sign_in_to(request, Pending(LIKE, product_id))
        product = await products.get(product_id)
        liked = data.liked == "true"
        change = likes.like if liked else likes.unlike
        count = await change(request.user, product.id)
        if not is_htmx(request):
            return redirect(request, url_at_product(request, product.id))
        shown = {"id": product.id, "name": product.named(language_of(request))}
        button = {**shown, "liked": liked, "like_count": count}
        return await page(request, "likes/_update.html", product=button)
