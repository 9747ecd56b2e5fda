"""Dependency injection: the services that handlers can request, by the name of the parameter."""

from functools import partial
from typing import Any

from litestar.di import Provide

from shop.mail.invitations import tell_by
from shop.start.services import Shop
from shop.web.pending import resume


def dependencies(shop: Shop) -> dict[str, Provide]:
    """What a handler's parameter of that name is given."""
    services: dict[str, Any] = {
        "users": shop.users,
        "factors": shop.factors,
        "links": shop.password_links,
        "mail": shop.mail,
        "mail_link": tell_by(shop.mail),
        "accounts": shop.accounts,
        "products": shop.products,
        "likes": shop.likes,
        "catalogue": shop.catalogue,
        "points": shop.points,
        "batches": shop.batches,
        "files": shop.product_files,
        "pictures": shop.product_pictures,
        "cart": shop.cart,
        "orders": shop.orders,
        "steps": shop.steps,
        "desk_codes": shop.desk_codes,
        "returns": shop.returns,
        "recipients": shop.recipients,
        "codes": shop.codes,
        "sold_codes": shop.sold_codes,
        "outbox": shop.outbox,
        "verifier": shop.verifier,
        "addresses": shop.addresses,
        "limiter": shop.limiter,
        "personal_data": shop.personal_data,
        "content": shop.content,
        "site_settings": shop.site,
        "resume": partial(resume, shop.pending_actions),
    }
    return {name: provide(service) for name, service in services.items()}


def provide(service: Any) -> Provide:
    return Provide(lambda: service, sync_to_thread=False, use_cache=True)
