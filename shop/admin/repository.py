"""What only staff ask of the database. It reads; what writes is in the rooms."""

from shop.external.tables import OutboxMessage
from shop.products.tables import Category, Product
from shop.users.names import normalised
from shop.users.tables import User


class StaffRepository:
    async def user_id(self, username: str) -> int | None:
        """The account of this name, closed or not."""
        row = await User.select(User.id).where(User.username == normalised(username)).first()
        return row["id"] if row else None

    async def username(self, user_id: int) -> str:
        row = await User.select(User.username).where(User.id == user_id).first()
        return str(row["username"]) if row else ""

    async def is_open(self, user_id: int) -> bool:
        """Whether the account is not closed."""
        return bool(await User.exists().where((User.id == user_id) & User.active.eq(True)))

    async def is_email_taken(self, email: str, user_id: int) -> bool:
        """By somebody else."""
        return bool(await User.exists().where((User.email == email) & (User.id != user_id)))

    async def product_exists(self, product_id: int) -> bool:
        return bool(await Product.exists().where(Product.id == product_id))

    async def category_exists(self, category_id: int) -> bool:
        return bool(await Category.exists().where(Category.id == category_id))

    async def is_slug_taken(self, slug: str, category_id: int | None) -> bool:
        """By another category."""
        query = Category.exists().where(Category.slug == slug)
        return bool(await (query.where(Category.id != category_id) if category_id else query))

    async def message_exists(self, message_id: int) -> bool:
        return bool(await OutboxMessage.exists().where(OutboxMessage.id == message_id))
