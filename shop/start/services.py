"""The services of the shop, each built with the repositories and services that it uses."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

from shop.addresses.repository import AddressRepository
from shop.addresses.service import AddressService
from shop.cart.pending import ADD_TO_CART, pending_cart_item
from shop.cart.repository import CartRepository
from shop.cart.service import CartService
from shop.catalogue.repository import FEW, ShelfRepository
from shop.catalogue.service import CatalogueService
from shop.content.repository import ContentRepository
from shop.content.service import ContentService
from shop.external.outbox import Outbox
from shop.external.repository import OutboxRepository
from shop.external.signatures import Verifier
from shop.external.system import ExternalSystem
from shop.identity import Counters, SignedInUser
from shop.likes.pending import LIKE, pending_like
from shop.likes.repository import LikeRepository
from shop.likes.service import LikeService
from shop.limits.service import RateLimiter
from shop.mail.service import MailService
from shop.masthead.repository import COUNTERS_AND_LIKES, MastheadRepository
from shop.orders.carriers import Carriers
from shop.orders.codes.box import CodeBox
from shop.orders.codes.sold import SoldCodes
from shop.orders.codes.sold_repository import SoldCodeRepository
from shop.orders.codes.stock import CodeStock
from shop.orders.codes.stock_repository import CodeStockRepository
from shop.orders.desk import DeskCodes
from shop.orders.key_repository import KeyRepository
from shop.orders.locks import OrderLocks
from shop.orders.placement import OrderPlacement
from shop.orders.recipient_repository import RecipientRepository
from shop.orders.recipients import RecipientService
from shop.orders.refund_repository import RefundRepository
from shop.orders.refunds import Refunds
from shop.orders.repository import OrderRepository
from shop.orders.return_repository import ReturnRepository
from shop.orders.returns import Returns
from shop.orders.service import OrderService
from shop.orders.step_repository import StepRepository
from shop.orders.steps import OrderSteps
from shop.personal_data.repository import PersonalDataRepository
from shop.personal_data.service import PersonalDataService
from shop.pictures.repository import PictureRepository
from shop.pictures.service import PictureService
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.settings import Settings
from shop.site_settings.repository import SiteRepository
from shop.site_settings.service import SiteService
from shop.staff.batches import BatchService
from shop.staff.best_of_week import BestOfWeek
from shop.staff.days import ClosedDays
from shop.staff.products.pictures import ProductPictures
from shop.staff.products.service import ProductFiles
from shop.start.from_settings import mail_relay, picture_store, session_service
from shop.users.accounts import Accounts
from shop.users.leaving import Leaving
from shop.users.password_links import PasswordLinks
from shop.users.repository import UserRepository
from shop.users.second_factor import SecondFactorService
from shop.users.second_factor_repository import SecondFactorRepository
from shop.users.secret_box import SecretBox
from shop.users.service import UserService
from shop.web.signing import Signer

DEMO_PICTURES = Path(__file__).parents[1] / "demo/pictures"


class Shop:
    """The services by name. Nothing runs before `running`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.measured: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
        self.limiter = RateLimiter(enabled=settings.rate_limits)
        self.content = ContentService(ContentRepository())
        self.site = SiteService(SiteRepository(), self.content.repository)
        self.masthead = MastheadRepository()
        self._add_users(settings)
        self._add_catalogue(settings)
        self._add_external_system(settings)
        self._add_orders(settings)
        self._add_what_follows_orders(settings)

    def _add_users(self, settings: Settings) -> None:
        self.mail = MailService(enabled=settings.has_mail)
        self.points = PointService(PointRepository(), settings.welcome_points, self.mail)
        self.batches = BatchService(self.points)
        users = UserRepository(COUNTERS_AND_LIKES)
        self.accounts = Accounts(users, self.points.welcome)
        self.users = UserService(
            users, session_service(settings), self.accounts, named_by=settings.user_id
        )
        self.password_links = PasswordLinks(self.users, Signer(settings.secret))
        self.mail_relay = mail_relay(settings, self.password_links)
        self.factors = SecondFactorService(SecondFactorRepository(), SecretBox(settings.secret))
        self.addresses = AddressService(AddressRepository())

    def _add_catalogue(self, settings: Settings) -> None:
        self.products = ProductService(ProductRepository())
        self.pictures = PictureService(PictureRepository(), picture_store(settings), DEMO_PICTURES)
        self.product_files = ProductFiles(self.pictures)
        self.closed_days, self.best_of_week = ClosedDays(), BestOfWeek()
        self.product_pictures = ProductPictures(self.pictures)
        self.likes = LikeService(LikeRepository())
        self.catalogue = CatalogueService(ShelfRepository())
        self.catalogue_of_pages = CatalogueService(ShelfRepository(max_stock=FEW + 1))
        self.cart = CartService(CartRepository(), self.products)
        self.pending_actions = {
            LIKE: pending_like(self.products, self.likes),
            ADD_TO_CART: pending_cart_item(self.cart),
        }

    def _add_external_system(self, settings: Settings) -> None:
        self.external = ExternalSystem(
            settings.external_url or "", settings.external_secret, settings.external_timeout
        )
        self.outbox = Outbox(OutboxRepository(), self.external)
        self.verifier = Verifier(settings.external_secret)

    def _add_orders(self, settings: Settings) -> None:
        box, min_days = CodeBox(settings.secret), settings.code_min_days
        self.codes = CodeStock(self.products, CodeStockRepository(), box, min_days)
        self.sold_codes = SoldCodes(self.products, SoldCodeRepository(), box, min_days)
        self.desk_codes = DeskCodes(Signer(settings.secret))
        self.carriers = Carriers(settings.carriers)
        self.refunds = Refunds(
            self.products,
            self.points,
            RefundRepository(),
            self.sold_codes,
            self.outbox,
            self.mail,
        )
        self.orders = OrderService(
            self._placement(settings),
            OrderRepository(),
            KeyRepository(),
            self.sold_codes,
            self.refunds,
            self.outbox,
            self.carriers,
            self.desk_codes,
        )

    def _placement(self, settings: Settings) -> OrderPlacement:
        return OrderPlacement(
            self.products,
            self.points,
            OrderRepository(),
            KeyRepository(),
            self.cart,
            self.sold_codes,
            OrderLocks(self.products, self.points, self.cart, self.addresses, self.sold_codes),
            self.outbox,
            self.mail,
            share_recipient=settings.external_recipient,
        )

    def _add_what_follows_orders(self, settings: Settings) -> None:
        self.steps = OrderSteps(
            OrderRepository(), StepRepository(), self.outbox, self.carriers, self.mail
        )
        self.returns = Returns(
            self.orders,
            ReturnRepository(),
            self.refunds,
            self.sold_codes,
            self.outbox,
            settings.return_days,
        )
        self.recipients = RecipientService(
            RecipientRepository(),
            self.orders,
            self.outbox,
            shared=settings.external_recipient,
            lifetime=timedelta(days=settings.keep_recipient_days),
        )
        self.personal_data = PersonalDataService(
            PersonalDataRepository(),
            Leaving(),
            AddressRepository(),
            CartRepository(),
            self.recipients,
        )

    async def counters_of(self, user: SignedInUser) -> Counters:
        return await self.masthead.counters(user.id)
