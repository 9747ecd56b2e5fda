"""A guest's like, done after signing in."""

from shop.identity import SignedInUser
from shop.likes.service import LikeService
from shop.products.errors import ProductNotFound
from shop.products.service import ProductService
from shop.web.pending import Pending, PendingAction

LIKE = "like"


def pending_like(products: ProductService, likes: LikeService) -> PendingAction:
    async def like(user: SignedInUser, wish: Pending) -> str:
        try:
            product = await products.get(wish.target_id)
        except ProductNotFound:
            return "product-gone"
        await likes.like(user, product.id)
        return "liked"

    return like
