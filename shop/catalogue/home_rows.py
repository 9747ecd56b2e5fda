"""Which list a row of the home page shows."""

from shop.catalogue.lists import ListQuery
from shop.products.facets import CATEGORY, Choice
from shop.site import HomeRow


def list_of(row: HomeRow, balance: int) -> ListQuery | None:
    match row.kind:
        case "new":
            return ListQuery(None, "newest", None)
        case "liked":
            return ListQuery(None, "likes", None)
        case "category":
            return ListQuery(Choice(CATEGORY, row.value), "likes", None)
        case "under":
            return ListQuery(None, "price_desc", [int(row.value) + 1, 0])
        case "affordable" if balance > 0:
            return ListQuery(None, "price_desc", [balance + 1, 0])
    return None
