"""The only place that writes `staff_settings`."""

from shop.staff.tables import StaffSetting

SECOND_PERSON_FROM = "second-person-from"
"""Points of a batch from which a second member of staff has to confirm it."""

LOW_STOCK = "low-stock"
"""Items up to which the stock of a product is low, where it has no threshold of its own."""


class SettingsRepository:
    async def get(self, name: str) -> int | None:
        row = await StaffSetting.select(StaffSetting.value).where(StaffSetting.name == name).first()
        return int(row["value"]) if row else None

    async def set(self, name: str, value: int | None) -> None:
        """Without a value the setting is removed."""
        if value is None:
            await StaffSetting.delete().where(StaffSetting.name == name)
            return
        await StaffSetting.insert(StaffSetting(name=name, value=value)).on_conflict(
            target=StaffSetting.name, action="DO UPDATE", values=[StaffSetting.value]
        )
