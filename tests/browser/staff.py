"""A client of the admin, which sends the same requests as its pages."""

from typing import Any, Self

import httpx

from tests.browser.goods import Product
from tests.browser.server import TIMEOUT
from tests.browser.shopper import Shopper


class Staff:
    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        form = {"username": "admin", "password": "admin-demo"}
        assert self._http.post("/login", data=form).has_redirect_location
        self._http.get("/admin/").raise_for_status()
        self._http.headers["X-CSRFToken"] = self._http.cookies["csrftoken"]
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def grant(self, shopper: Shopper, points: int) -> None:
        self.grant_points(shopper.name, points)
        shopper.reload()

    def grant_points(self, name: str, points: int) -> None:
        self._send("grant-points", username=name, amount=points, reason="test")

    def hire(self, user_id: int) -> None:
        """Makes a user a member of staff."""
        self._edit("users", user_id, admin=True)

    def promote(self, user_id: int) -> None:
        """Makes a member of staff a superuser."""
        self._edit("users", user_id, superuser=True)

    def correct_stock(self, product: Product, amount: int) -> None:
        self._send("correct-stock", product_id=product.id, amount=amount, reason="test")

    def fulfil(self, order_id: int) -> None:
        self._send("fulfil-an-order", order_id=order_id)

    def set_price(self, product: Product, price: int) -> None:
        self._edit("products", product.id, price=price)

    def withdraw(self, product: Product) -> None:
        self._edit("products", product.id, active=False)

    def restore(self, product: Product) -> None:
        """On sale, at its first price."""
        self._edit("products", product.id, active=True, price=product.price)

    def set_active(self, user_id: int, active: bool) -> None:
        address = f"/admin/api/tables/users/{user_id}/"
        key = self._http.get(address).json()["form_key"]
        answer = self._http.patch(address, json={"active": active, "form_key": key})
        assert answer.is_success, answer.text

    def is_active(self, user_id: int) -> bool:
        return bool(self._http.get(f"/admin/api/tables/users/{user_id}/").json()["active"])

    def user_id(self, name: str) -> int:
        found = self._http.get("/admin/api/tables/users/", params={"username": name}).json()
        return int(found["rows"][0]["id"])

    def add_product(self, **columns: Any) -> int:
        """Adds a product with no stock. Returns its id."""
        key = self._http.get("/admin/api/tables/products/new/").json()["form_key"]
        answer = self._http.post("/admin/api/tables/products/", json={**columns, "form_key": key})
        assert answer.is_success, answer.text
        product_id: int = answer.json()[0]["id"]
        return product_id

    def receive_stock(self, product_id: int, amount: int) -> None:
        self._send("receive-stock", product_id=product_id, amount=amount, reason="test")

    def _edit(self, table: str, row: int, **columns: Any) -> None:
        address = f"/admin/api/tables/{table}/{row}/"
        key = self._http.get(address).json()["form_key"]
        answer = self._http.patch(address, json={**columns, "form_key": key})
        assert answer.is_success, answer.text

    def _send(self, form: str, **fields: Any) -> None:
        address = f"/admin/api/forms/{form}/"
        schema = self._http.get(f"{address}schema/").json()
        key = schema["properties"]["form_key"]["default"]
        answer = self._http.post(address, json={**fields, "form_key": key})
        assert answer.is_success, answer.text
