"""The tables that staff see, and how: which columns, in which order, under which heading."""

from piccolo.columns import Column
from piccolo.table import Table
from piccolo_api.crud.endpoints import OrderBy

from shop.admin.catalogue_hooks import CatalogueHooks
from shop.admin.form_keys import FormKeys
from shop.admin.i18n import StaffTable
from shop.admin.pictures import PictureUploads
from shop.admin.user_hooks import UserHooks
from shop.errors import N_
from shop.external.tables import OutboxMessage
from shop.likes.tables import LikeCounter
from shop.orders.tables import Order, OrderLine
from shop.pictures.service import PictureService
from shop.points.tables import PointBalance, PointEntry
from shop.products.facets import FACETS, Facet
from shop.products.tables import Product, Stock, StockEntry
from shop.users.tables import User


def table_configs(pictures: PictureService, keys: FormKeys) -> list[StaffTable]:
    hooks = CatalogueHooks(pictures, keys)
    return [*_catalogue(hooks, PictureUploads(pictures)), *_orders(), *_points(), _people(keys)]


def _catalogue(hooks: CatalogueHooks, uploads: PictureUploads) -> list[StaffTable]:
    product, entry = Product, StockEntry
    facets = [product._meta.get_column_by_name(facet.name) for facet in FACETS]
    return [
        *(_facet(facet, hooks) for facet in FACETS),
        StaffTable(
            product,
            menu_group=N_("Catalogue"),
            visible_columns=[
                *(product.id, product.name, product.name_en),
                *facets,
                *(product.price, product.delivery),
                *(product.active, product.picture),
            ],
            visible_filters=[
                *(product.id, product.name, product.name_en),
                *facets,
                *(product.price, product.delivery, product.active),
            ],
            order_by=_newest(product.id),
            media_storage=[uploads],
            hooks=hooks.for_products(),
        ),
        StaffTable(Stock, menu_group=N_("Catalogue"), order_by=_newest(Stock.product)),
        StaffTable(
            entry,
            menu_group=N_("Catalogue"),
            order_by=_newest(entry.id),
            visible_filters=[entry.product, entry.kind, entry.actor, entry.created_at],
        ),
        StaffTable(
            LikeCounter,
            menu_group=N_("Catalogue"),
            visible_columns=[LikeCounter.product, LikeCounter.like_count],
            order_by=_newest(LikeCounter.like_count),
        ),
    ]


def _facet(facet: Facet, hooks: CatalogueHooks) -> StaffTable:
    return StaffTable(
        facet.table,
        menu_group=N_("Catalogue"),
        order_by=[OrderBy(facet.table._meta.get_column_by_name("position"))],
        hooks=hooks.for_facet(facet),
    )


def _orders() -> list[StaffTable]:
    message = OutboxMessage
    return [
        StaffTable(Order, menu_group=N_("Orders"), order_by=_newest(Order.id)),
        StaffTable(OrderLine, menu_group=N_("Orders"), order_by=_newest(OrderLine.id)),
        StaffTable(
            message,
            menu_group=N_("Orders"),
            visible_columns=[
                *(message.id, message.type, message.subject, message.attempts, message.last_answer),
                *(message.sent_at, message.given_up_at),
            ],
            visible_filters=[
                *(message.type, message.subject, message.message_id, message.attempts),
                *(message.sent_at, message.given_up_at, message.created_at),
            ],
            order_by=_newest(message.id),
        ),
    ]


def _points() -> list[StaffTable]:
    entry = PointEntry
    return [
        StaffTable(PointBalance, menu_group=N_("Points"), order_by=_newest(PointBalance.balance)),
        StaffTable(
            entry,
            menu_group=N_("Points"),
            order_by=_newest(entry.id),
            visible_filters=[
                *(entry.user, entry.kind, entry.reference),
                *(entry.actor, entry.created_at),
            ],
        ),
    ]


def _people(keys: FormKeys) -> StaffTable:
    shown: list[Column] = [
        *(User.id, User.username, User.first_name, User.last_name, User.email),
        *(User.active, User.admin, User.superuser, User.last_login, User.created_at),
    ]
    return StaffTable(
        User,
        menu_group=N_("Users"),
        visible_columns=shown,
        visible_filters=shown,
        hooks=UserHooks(keys).hooks(),
    )


def _newest(column: Column) -> list[OrderBy]:
    return [OrderBy(column, ascending=False)]


def by_name(configs: list[StaffTable]) -> dict[str, type[Table]]:
    return {config.table_class._meta.tablename: config.table_class for config in configs}
