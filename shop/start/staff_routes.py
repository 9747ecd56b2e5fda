"""The routes of the staff's pages, at `/staff/`."""

from litestar.types import ControllerRouterHandler

from shop.staff.announcements import AnnouncementController
from shop.staff.batch_pages import BatchController
from shop.staff.codes import StaffCodeController
from shop.staff.content import StaffContentController
from shop.staff.desk import DeskController
from shop.staff.grant_many import GrantManyController
from shop.staff.home import HomePageController
from shop.staff.logo import LogoController
from shop.staff.messages import StaffMessageController
from shop.staff.open_accounts import OpenAccountsController
from shop.staff.order_codes import StaffOrderCodeController
from shop.staff.order_forms import StaffOrderFormController
from shop.staff.orders import StaffOrderController
from shop.staff.packing import PackingController
from shop.staff.people import PeopleController
from shop.staff.points import StaffPointsController
from shop.staff.product_sale import ProductSaleController
from shop.staff.products.gallery import GalleryController
from shop.staff.products.options import OptionController
from shop.staff.products.pages import ProductImportController
from shop.staff.reports import StaffReportController
from shop.staff.returns import StaffReturnController
from shop.staff.send_again import SendAgainController
from shop.staff.settings import SettingsController
from shop.staff.stock import StaffStockController
from shop.staff.stock_delivery import StockDeliveryController
from shop.staff.synonyms import SynonymController
from shop.staff.today import StaffTodayController

STAFF_PAGES: list[ControllerRouterHandler] = [
    StaffTodayController,
    StaffOrderController,
    StaffOrderFormController,
    StaffOrderCodeController,
    PackingController,
    DeskController,
    StaffReturnController,
    StaffMessageController,
    StaffReportController,
    StaffPointsController,
    StaffStockController,
    StockDeliveryController,
    StaffCodeController,
    ProductSaleController,
    GrantManyController,
    BatchController,
    PeopleController,
    OpenAccountsController,
    ProductImportController,
    StaffContentController,
    AnnouncementController,
    GalleryController,
    OptionController,
    SettingsController,
    LogoController,
    HomePageController,
    SynonymController,
    SendAgainController,
]
