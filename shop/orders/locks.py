"""What a batch of orders locks and reads before it is decided on."""

from collections import Counter
from collections.abc import Mapping, Sequence

from shop.addresses.recipient import Recipient
from shop.addresses.repository import AddressKey
from shop.addresses.service import AddressService
from shop.cart.repository import Place
from shop.cart.service import CartService
from shop.orders.codes.sold import SoldCodes
from shop.orders.decide import Locked
from shop.orders.request import OrderRequest
from shop.points.service import PointService
from shop.products.delivery import CODE, PARCEL
from shop.products.purchases import Buyer, PurchaseRepository
from shop.products.repository import ProductInfo
from shop.products.service import ProductService


class OrderLocks:
    """Locks are taken in one order everywhere: keys, which were claimed before, carts, stock (and
    with it codes), points."""

    def __init__(
        self,
        products: ProductService,
        points: PointService,
        cart: CartService,
        addresses: AddressService,
        codes: SoldCodes,
    ) -> None:
        self._products, self._points, self._cart = products, points, cart
        self._addresses, self._codes = addresses, codes
        self._purchases = PurchaseRepository()

    async def lock(self, requests: Sequence[OrderRequest]) -> Locked:
        """All that `decide` needs to know."""
        carts = await self._cart.lock(
            Place(request.user_id, item.product_id)
            for request in requests
            for item in request.in_cart
        )
        products = await self._products.lock_stock(
            item.product_id for request in requests for item in request.items
        )
        codes = await self._free_codes(requests, products)
        balances = await self._points.lock_balances(request.user_id for request in requests)
        addresses = await self._recipients(requests, products)
        bought = await self._bought(requests, products)
        return Locked(products, carts, balances, addresses, codes, bought)

    async def _free_codes(
        self, requests: Sequence[OrderRequest], products: Mapping[int, ProductInfo]
    ) -> dict[int, list[int]]:
        """Codes of those products that have codes, as many as are wanted if there are."""
        wanted = Counter[int]()
        for item in (item for request in requests for item in request.items):
            product = products.get(item.product_id)
            if product and product.delivery == CODE:
                wanted[item.product_id] += item.quantity
        return await self._codes.free(wanted)

    async def _bought(
        self, requests: Sequence[OrderRequest], products: Mapping[int, ProductInfo]
    ) -> dict[Buyer, int]:
        """How many items the buyers have bought of the products with a limit."""
        return await self._purchases.bought(
            {
                Buyer(request.user_id, product.id): product.limit_days
                for request in requests
                for item in request.items
                if (product := products.get(item.product_id)) and product.person_limit is not None
            }
        )

    async def _recipients(
        self, requests: Sequence[OrderRequest], products: Mapping[int, ProductInfo]
    ) -> dict[AddressKey, Recipient]:
        """The addresses of those requests that need one."""
        parcels = {id_ for id_, product in products.items() if product.delivery == PARCEL}
        return await self._addresses.recipients(
            request.address_key
            for request in requests
            if request.recipient is None
            and any(item.product_id in parcels for item in request.items)
        )
