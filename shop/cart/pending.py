"""What a guest put into the cart, added after signing in."""

from shop.cart.service import CartService
from shop.errors import InvalidInput, ProductNotFound
from shop.identity import SignedInUser
from shop.products.service import Item
from shop.web.pending import Pending, PendingAction

ADD_TO_CART = "cart"


def pending_cart_item(cart: CartService) -> PendingAction:
    async def add(user: SignedInUser, wish: Pending) -> str:
        try:
            await cart.add(user, Item(wish.target_id, wish.quantity), wish.key)
        except ProductNotFound:
            return "product-gone"
        except InvalidInput:
            return "cart-full"
        return "put-in-cart"

    return add
