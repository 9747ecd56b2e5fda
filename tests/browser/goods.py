"""The demo's products, by their slugs in the catalogue."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import httpx

CATALOGUE = Path(__file__).parents[2] / "shop" / "demo" / "catalogue.toml"


@dataclass(frozen=True)
class Product:
    """A product as in the catalogue; `stock` is the initial stock; 0 for
    one with options."""

    id: int
    name: str
    name_en: str
    price: int
    stock: int


class Goods:
    """`goods["stoneware-mug"]`. Each test uses different products, because they share a server."""

    def __init__(self, address: str) -> None:
        products = tomllib.loads(CATALOGUE.read_text("utf-8"))["products"]
        found = httpx.get(f"{address}/api/v1/products?limit=100", headers={"Accept-Language": "ko"})
        ids = {product["name"]: product["id"] for product in found.json()["items"]}
        facts = ("name", "name_en", "price", "stock")
        self._products = {
            row["slug"]: Product(ids[row["name"]], *(row.get(fact, 0) for fact in facts))
            for row in products
        }

    def __getitem__(self, slug: str) -> Product:
        return self._products[slug]
