"""The admin, which is loaded at its first request."""

from litestar.types import ASGIApp

from shop.staff.rights import rights_of
from shop.start.services import Shop


def staff_side(shop: Shop, script: str) -> ASGIApp:
    # Imported here, because it brings FastAPI along: more than half of a start's time.
    from shop.admin import app

    return app.staff_side(
        shop.settings,
        script,
        shop.limiter,
        shop.users,
        shop.factors,
        shop.products,
        shop.pictures,
        shop.points,
        shop.orders,
        shop.steps,
        shop.outbox,
        rights_of,
    )
