"""Tells Piccolo which tables the shop has and where its migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from shop.addresses import tables as addresses
from shop.admin.tables import FormKey
from shop.audit.tables import AuditResult
from shop.cart.tables import CartItem
from shop.external import tables as external
from shop.likes import tables as likes
from shop.limits.tables import RateLimit
from shop.orders import tables as orders
from shop.points import tables as points
from shop.products import tables as products
from shop.staff import tables as staff
from shop.staff_log import tables as staff_log
from shop.users import tables as users

APP_CONFIG = AppConfig(
    app_name="shop",
    migrations_folder_path=str(Path(__file__).parent.parent / "migrations"),
    table_classes=[
        users.User,
        users.Session,
        users.SecondFactor,
        users.RecoveryCode,
        users.PasswordLink,
        products.Category,
        products.Product,
        products.ProductTerms,
        products.Stock,
        products.StockEntry,
        likes.Like,
        likes.LikeCounter,
        points.PointBalance,
        points.PointEntry,
        CartItem,
        addresses.Address,
        orders.Order,
        orders.OrderLine,
        orders.OrderRecipient,
        orders.IdempotencyKey,
        external.OutboxMessage,
        RateLimit,
        AuditResult,
        FormKey,
        staff_log.StaffAction,
        staff.StaffRight,
        staff.PointBatch,
        staff.PointBatchLine,
        staff.StaffSetting,
    ],
)

# What Piccolo cannot declare on a column; the migrations create the same, a test compares.
INDEXES = (
    *users.INDEXES,
    *products.INDEXES,
    *likes.INDEXES,
    *points.INDEXES,
    *addresses.INDEXES,
    *orders.INDEXES,
    *external.INDEXES,
    *staff.INDEXES,
    *staff_log.INDEXES,
)
