"""What is mailed, to whom, in whose words; written in the transaction of what it tells."""

import httpx
import pytest

from shop import site
from shop.mail.content import Content, Item, OrderCancelled, OrderPlaced, OrderShipped
from shop.mail.relay import MailRelay
from shop.mail.tables import Mail
from shop.orders.carriers import Parcel
from shop.orders.request import OrderRequest
from shop.points.service import PointService
from shop.products.service import Item as Wanted
from shop.start.services import Shop
from shop.users.repository import UserRepository
from shop.users.tables import Session
from tests.cast import PASSWORD, Cast, make_product, make_user
from tests.unit.mail.conftest import ORIGIN, SENDER, PostOffice
from tests.unit.web.helpers import Page, wrong_fields_in

PLACED = OrderPlaced(7, 12_000, [Item("머그컵", "Mug", 2)])


async def mailed(shop: Shop, relay: MailRelay, user_id: int, content: Content) -> None:
    await shop.mail.write([(user_id, content)])
    await relay.send_due()


async def test_a_mail_has_text_and_html_in_the_persons_language(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    await mailed(shop, relay, cast.alice, PLACED)
    await UserRepository().update(cast.alice, {"language": "ko"})
    await mailed(shop, relay, cast.alice, PLACED)
    english, korean = post_office.arrived
    assert english["subject"] == "[Pointmall] Order 1980-6625 is placed"
    assert english["to"] == "alice@home.test"
    assert english["from"].addresses[0].addr_spec == SENDER
    assert korean["subject"] == "[포인트몰] 주문 1980-6625번이 접수되었습니다"
    for message, product in ((english, "Mug × 2"), (korean, "머그컵 × 2")):
        for kind in ("plain", "html"):
            text = message.get_body((kind,)).get_content()
            assert product in text
            assert f"{ORIGIN}/orders/7" in text
            assert "12,000" in text


async def test_a_mail_has_the_shops_own_name_and_word_for_points(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    site.apply(replace_site(name_en="Seed & Co", points_en="seeds", point_en="seed"))
    await mailed(shop, relay, cast.alice, PLACED)
    [message] = post_office.arrived
    assert message["from"].addresses[0].display_name == "Seed & Co"
    assert "12,000 seeds were spent" in post_office.text()
    assert "Seed &amp; Co" in message.get_body(("html",)).get_content()


def replace_site(**words: str) -> site.Site:
    import msgspec

    return msgspec.structs.replace(site.DEFAULT, **words)


async def test_text_of_others_is_escaped_and_adds_no_header(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    name = "<script>x</script>\r\nBcc: everybody@home.test"
    shipped = OrderShipped(7, name, name, "12345", None)
    await mailed(shop, relay, cast.alice, shipped)
    [message] = post_office.arrived
    assert message["bcc"] is None
    assert "<script>" not in message.get_body(("html",)).get_content()


async def test_a_cancellation_says_whether_anything_is_left(
    shop: Shop, relay: MailRelay, post_office: PostOffice, cast: Cast
) -> None:
    await mailed(shop, relay, cast.alice, OrderCancelled(7, 500, True))
    await mailed(shop, relay, cast.alice, OrderCancelled(7, 500, False))
    subjects = [message["subject"] for message in post_office.arrived]
    assert subjects[0] == "[Pointmall] Order 1980-6625 is cancelled"
    assert subjects[1] == "[Pointmall] Items of order 1980-6625 are cancelled"


@pytest.mark.committed
async def test_a_mail_is_sent_when_an_order_is_placed_shipped_and_cancelled(
    shop: Shop, cast: Cast
) -> None:
    parcel = await make_product(delivery="parcel", price=100)
    desk = await make_product("공책", price=100)
    recipient = {"name": "앨리스", "phone": "010-0000-0000", "postcode": "04524", "line1": "1"}
    from shop.addresses.recipient import Recipient

    wanted = OrderRequest(cast.alice, [Wanted(parcel, 1)], recipient=Recipient(**recipient))
    sent = (await shop.orders.place(wanted)).order
    await shop.steps.prepare(sent.id)
    await shop.steps.ship(sent.id, Parcel("cj", "1234567890"))
    kept = (await shop.orders.place(OrderRequest(cast.alice, [Wanted(desk, 1)]))).order
    await shop.orders.cancel(None, kept.id)
    written = [row["content"] for row in await Mail.select().order_by(Mail.id)]
    kinds = ["order-placed", "order-shipped", "order-placed", "order-cancelled"]
    assert [kind in text for kind, text in zip(kinds, written, strict=True)] == [True] * 4


async def test_a_mail_is_sent_for_granted_points_and_not_for_taken_ones(
    shop: Shop, cast: Cast
) -> None:
    points: PointService = shop.points
    await points.move(cast.alice, 500, "grant", "prize", cast.admin, "test:prize")
    await points.move(cast.alice, -100, "adjust", "mistake", cast.admin, "test:mistake")
    [row] = await Mail.select()
    assert '"amount":500' in row["content"]


async def test_an_address_is_given_at_sign_up_and_belongs_to_one_account(
    visitor: httpx.AsyncClient,
) -> None:
    form = {"username": "carol", "password": "tall-blue-cups", "email": " Carol@Home.test "}
    assert (await visitor.post("/signup", data=form)).status_code == 303
    [stored] = await UserRepository()._by_ids([await id_of("carol")])
    address = await UserRepository().mail_address_of(stored.id)
    assert address == ("carol@home.test", "en")
    visitor.cookies.clear()
    taken = await visitor.post("/signup", data={**form, "username": "dave"})
    assert (taken.status_code, "already uses this address" in taken.text) == (400, True)
    for wrong in ("nobody", "a@b\r\nBcc: c@d.test", "김@home.test", "a" * 250 + "@home.test"):
        refused = await visitor.post("/signup", data={**form, "username": "dave", "email": wrong})
        assert refused.status_code == 400
    without = {"username": "dave", "password": "tall-blue-cups", "email": ""}
    assert (await visitor.post("/signup", data=without)).status_code == 303


async def id_of(username: str) -> int:
    account = await UserRepository().account(username)
    assert account is not None
    return account.id


async def test_the_account_page_changes_the_address_with_the_password(
    visitor: httpx.AsyncClient, cast: Cast
) -> None:
    await make_user("carol", email="carol@home.test")
    await visitor.post("/login", data={"username": "alice", "password": PASSWORD})
    page = await visitor.get("/account/email")
    assert 'value="alice@home.test"' in page.text
    token = page.text.split('name="_csrf_token" value="')[1].split('"')[0]
    form = {"_csrf_token": token, "email": "New@home.test", "language": "ko"}
    refused = await visitor.post("/account/email", data={**form, "email": "nobody"})
    assert refused.status_code == 400
    assert wrong_fields_in(refused.text) == ["email", "current_password"]
    form["current_password"] = PASSWORD
    taken = await visitor.post("/account/email", data={**form, "email": "carol@home.test"})
    assert "already uses this address" in taken.text
    assert (await visitor.post("/account/email", data=form)).status_code == 303
    assert await UserRepository().mail_address_of(cast.alice) == ("new@home.test", "ko")
    assert (await visitor.post("/account/email", data={**form, "email": ""})).status_code == 303
    assert await UserRepository().mail_address_of(cast.alice) == (None, "ko")


async def test_a_new_address_is_kept_after_the_end_of_the_session_without_the_password(
    visitor: httpx.AsyncClient, cast: Cast
) -> None:
    alice = {"username": "alice", "password": PASSWORD}
    await visitor.post("/login", data=alice)
    path = "/account/email"
    form = Page((await visitor.get(path)).text).form(path)
    typed = {**form, "email": "new@home.test", "current_password": PASSWORD}
    await Session.delete(force=True)
    kept = await visitor.post(path, data=typed)
    fields = Page(kept.text).form("/login")
    page = await visitor.post("/login", data={**fields, **alice})
    again = Page(page.text).form(f"{path}?kept=1")
    assert "current_password" not in again
    shown = await visitor.post(f"{path}?kept=1", data=again)
    assert Page(shown.text).form(path)["email"] == "new@home.test"
    assert PASSWORD not in kept.text + page.text + shown.text
    assert await UserRepository().mail_address_of(cast.alice) == ("alice@home.test", "en")


async def test_an_erased_person_keeps_no_mail(shop: Shop, cast: Cast) -> None:
    await shop.mail.write([(cast.alice, PLACED)])
    await shop.personal_data.erase(cast.alice)
    assert await Mail.count() == 0
