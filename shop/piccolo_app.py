"""Tells Piccolo which tables the shop has and where its migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from shop.addresses import tables as addresses
from shop.admin.tables import FormKey
from shop.audit.tables import AuditResult
from shop.cart.tables import CartItem
from shop.catalogue.tables import SynonymGroup, WeekBest
from shop.content import tables as content
from shop.external import tables as external
from shop.likes import tables as likes
from shop.limits.tables import RateLimit
from shop.mail import tables as mail
from shop.orders import return_tables as returns
from shop.orders import tables as orders
from shop.orders.codes import tables as codes
from shop.pictures import tables as pictures
from shop.points import tables as points
from shop.products import tables as products
from shop.products.facets import FACETS
from shop.site_settings.tables import SiteSettings
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
        *(facet.table for facet in FACETS),
        products.Product,
        products.ProductPicture,
        products.ProductTerms,
        products.Stock,
        products.StockEntry,
        likes.Like,
        likes.LikeCounter,
        points.PointBalance,
        points.PointEntry,
        pictures.StoredPicture,
        CartItem,
        addresses.Address,
        orders.Order,
        orders.OrderLine,
        orders.LimitedPurchase,
        orders.OrderRecipient,
        returns.OrderRefund,
        returns.OrderRefundLine,
        returns.ReturnRequest,
        returns.ReturnRequestLine,
        orders.Shipment,
        orders.ExternalEvent,
        orders.IdempotencyKey,
        codes.Code,
        external.OutboxMessage,
        mail.Mail,
        RateLimit,
        AuditResult,
        FormKey,
        SiteSettings,
        SynonymGroup,
        WeekBest,
        content.ContentPage,
        content.HomePageRow,
        content.Announcement,
        staff_log.StaffAction,
        staff.StaffRight,
        staff.PointBatch,
        staff.PointBatchLine,
        staff.StaffSetting,
        staff.StockThreshold,
        staff.ProductImport,
        staff.ProductImportLine,
        staff.ClosedDay,
        staff.ClosedDayProduct,
    ],
)

# What Piccolo cannot declare on a column; the migrations create the same, a test compares.
INDEXES = (
    *users.INDEXES,
    *products.INDEXES,
    *likes.INDEXES,
    *pictures.INDEXES,
    *points.INDEXES,
    *addresses.INDEXES,
    *content.INDEXES,
    *orders.INDEXES,
    *returns.INDEXES,
    *codes.INDEXES,
    *external.INDEXES,
    *mail.INDEXES,
    *staff.INDEXES,
    *staff_log.INDEXES,
)
