"""Settings of staff: superusers change them."""

import pytest
from litestar import Litestar

from shop.staff.rights_repository import RightsRepository
from shop.staff.settings_repository import SECOND_PERSON_FROM, SettingsRepository
from tests.cast import Cast, SignedIn, make_user, sign_in
from tests.unit.staff.conftest import actions_of
from tests.unit.staff.test_grant_many import send

PATH = "/staff/settings"


@pytest.mark.parametrize(("written", "stored"), [("1,000,000", 1_000_000), ("5", 5), ("", None)])
async def test_a_superuser_sets_a_number(
    chief: SignedIn, cast: Cast, written: str, stored: int | None
) -> None:
    await SettingsRepository().set(SECOND_PERSON_FROM, 7)
    page = await send(chief, PATH, second_person_from=written)
    assert page.status_code == 200
    assert await SettingsRepository().get(SECOND_PERSON_FROM) == stored
    assert await actions_of("settings") == [("settings.change", "")]


@pytest.mark.parametrize("written", ["0", "-1", "x", "1.5", "9" * 19])
async def test_an_invalid_number_is_refused(chief: SignedIn, cast: Cast, written: str) -> None:
    assert (await send(chief, PATH, second_person_from=written)).status_code == 400
    assert await SettingsRepository().get(SECOND_PERSON_FROM) is None


async def test_others_read_them_with_the_right_for_it(app: Litestar, cast: Cast) -> None:
    user_id = await make_user("reader", admin=True)
    await RightsRepository().set(user_id, ["settings"])
    async with sign_in(app, "reader") as client:
        assert (await client.get(PATH)).status_code == 200
        assert (await send(client, PATH, second_person_from="5")).status_code == 404
        await RightsRepository().set(user_id, ["orders"])
        assert (await client.get(PATH)).status_code == 404
