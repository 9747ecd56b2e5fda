"""The only place that writes `site_settings`."""

import msgspec
from piccolo.columns import Column

from shop.products.tables import Category
from shop.site import DEFAULT, ShownCategory, Site
from shop.site_settings.tables import SiteSettings

COLUMNS = [column for column in SiteSettings._meta.columns if column._meta.name != "id"]


class SiteRepository:
    async def get(self) -> Site:
        row = await SiteSettings.select().first()
        if row is None:
            return DEFAULT
        del row["id"]
        return Site(**row)

    async def lock(self) -> None:
        """Also while there is no row yet."""
        await SiteSettings.raw("LOCK TABLE site_settings IN SHARE ROW EXCLUSIVE MODE")

    async def categories(self) -> tuple[ShownCategory, ...]:
        """In the order of the catalogue's menu."""
        rows = await Category.select(Category.slug, Category.name, Category.name_en).order_by(
            Category.position, Category.id
        )
        return tuple(ShownCategory(**row) for row in rows)

    async def save(self, site: Site) -> None:
        """All but the logo, which is changed by itself."""
        await self._save(site, [column for column in COLUMNS if column is not SiteSettings.logo])

    async def set_logo(self, name: str) -> None:
        await self._save(msgspec.structs.replace(DEFAULT, logo=name), [SiteSettings.logo])

    async def _save(self, site: Site, changed: list[Column]) -> None:
        """A new row has all of `site`; the one that exists changes in these columns only."""
        values = {column._meta.name: getattr(site, column._meta.name) for column in COLUMNS}
        await SiteSettings.insert(SiteSettings(id=1, **values)).on_conflict(
            target=SiteSettings.id, action="DO UPDATE", values=changed
        )
