"""Merges a guest's cart into the user's after signing in."""

from shop.cart.service import CartService, MoreThanLeft
from shop.errors import InvalidInput
from shop.identity import SignedInUser
from shop.products.errors import ProductNotFound
from shop.products.service import Item
from shop.web.pending import Pending, PendingAction

ADD_TO_CART = "cart"


def pending_cart_item(cart: CartService) -> PendingAction:
    async def add(user: SignedInUser, wish: Pending) -> str:
        try:
            return await _add_remaining_stock(cart, user, wish)
        except ProductNotFound:
            return "product-gone"
        except MoreThanLeft:
            return "cart-over-stock"
        except InvalidInput:
            return "cart-full"

    return add


async def _add_remaining_stock(cart: CartService, user: SignedInUser, wish: Pending) -> str:
    """Raises as CartService.add, and MoreThanLeft where the cart has all that is left."""
    try:
        await cart.add(user, Item(wish.target_id, wish.quantity), wish.key)
    except MoreThanLeft as error:
        room = error.room
        if room <= 0:
            raise
        await cart.add(user, Item(wish.target_id, room), wish.key)
        return "cart-fewer"
    return "put-in-cart"
