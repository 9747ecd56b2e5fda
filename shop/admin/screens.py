"""The tables that staff see, and how: which columns, in which order, under which heading."""

from piccolo.columns import Column
from piccolo.table import Table
from piccolo_admin.endpoints import TableConfig
from piccolo_api.crud.endpoints import OrderBy

from shop.admin.catalogue import CatalogueHooks
from shop.admin.people import USER_HOOKS
from shop.admin.pictures import PictureStorage
from shop.external.tables import OutboxMessage
from shop.likes.tables import LikeCounter
from shop.orders.tables import Order, OrderLine
from shop.points.tables import PointBalance, PointEntry
from shop.products.tables import Category, Product, Stock, StockEntry
from shop.users.tables import User


def screens(pictures: PictureStorage) -> list[TableConfig]:
    hooks = CatalogueHooks(pictures)
    return [*_catalogue(hooks, pictures), *_orders(), *_points(), _people()]


def _catalogue(hooks: CatalogueHooks, pictures: PictureStorage) -> list[TableConfig]:
    product, entry = Product, StockEntry
    return [
        TableConfig(
            Category,
            menu_group="Catalogue",
            order_by=[OrderBy(Category.position)],
            hooks=hooks.for_categories(),
        ),
        TableConfig(
            product,
            menu_group="Catalogue",
            visible_columns=[
                *(product.id, product.picture, product.name, product.name_en),
                *(product.category, product.price, product.active),
            ],
            visible_filters=[
                *(product.id, product.name, product.name_en),
                *(product.category, product.price, product.active),
            ],
            order_by=_newest(product.id),
            media_storage=[pictures],
            hooks=hooks.for_products(),
        ),
        TableConfig(Stock, menu_group="Catalogue", order_by=_newest(Stock.product)),
        TableConfig(
            entry,
            menu_group="Catalogue",
            order_by=_newest(entry.id),
            visible_filters=[entry.product, entry.kind, entry.actor, entry.created_at],
        ),
        TableConfig(LikeCounter, menu_group="Catalogue", order_by=_newest(LikeCounter.like_count)),
    ]


def _orders() -> list[TableConfig]:
    message = OutboxMessage
    return [
        TableConfig(Order, menu_group="Orders", order_by=_newest(Order.id)),
        TableConfig(OrderLine, menu_group="Orders", order_by=_newest(OrderLine.id)),
        TableConfig(
            message,
            menu_group="Orders",
            visible_columns=[
                *(message.id, message.type, message.subject, message.attempts, message.last_answer),
                *(message.due_at, message.sent_at, message.given_up_at, message.created_at),
            ],
            visible_filters=[
                *(message.type, message.subject, message.message_id, message.attempts),
                *(message.sent_at, message.given_up_at, message.created_at),
            ],
            order_by=_newest(message.id),
        ),
    ]


def _points() -> list[TableConfig]:
    entry = PointEntry
    return [
        TableConfig(PointBalance, menu_group="Points", order_by=_newest(PointBalance.balance)),
        TableConfig(
            entry,
            menu_group="Points",
            order_by=_newest(entry.id),
            visible_filters=[
                *(entry.user, entry.kind, entry.reference),
                *(entry.actor, entry.created_at),
            ],
        ),
    ]


def _people() -> TableConfig:
    shown: list[Column] = [
        *(User.id, User.username, User.first_name, User.last_name, User.email),
        *(User.active, User.admin, User.superuser, User.last_login, User.created_at),
    ]
    return TableConfig(
        User,
        menu_group="People",
        visible_columns=shown,
        visible_filters=shown,
        hooks=USER_HOOKS,
    )


def _newest(column: Column) -> list[OrderBy]:
    return [OrderBy(column, ascending=False)]


def by_name(configs: list[TableConfig]) -> dict[str, type[Table]]:
    return {config.table_class._meta.tablename: config.table_class for config in configs}
