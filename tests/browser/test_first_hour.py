"""The steps of docs/first-hour.md, on a shop of its own: nothing but a browser is used."""

import re
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.server import Server
from tests.browser.shopper import Shopper

pytestmark = pytest.mark.slow

PRODUCTS = """이름,영어 이름,가격,카테고리,받는 방법,사진
한빛 머그,Hanbit mug,9000,kitchen,desk,mug.jpg
한빛 우산,Hanbit umbrella,18000,home,desk,umbrella.jpg
한빛 다이어리,Hanbit diary,12000,desk,desk,diary.jpg"""
PEOPLE = "\n".join(f"hanbit{n},직원 {n},E{n:03},영업,," for n in range(1, 11))
PASSWORD = "새 비밀번호는 길게"
MINUTES = 5


@pytest.fixture
def own_server() -> Iterator[Server]:
    with (
        tempfile.TemporaryDirectory(prefix="pointmall-hour-") as folder,
        Server(Path(folder)) as server,
    ):
        yield server


def photographs() -> FilePayload:
    """Three pictures in a zip file."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, colour in (("mug", "sienna"), ("umbrella", "teal"), ("diary", "olive")):
            picture = BytesIO()
            Image.new("RGB", (900, 900), colour).save(picture, "JPEG")
            archive.writestr(f"{name}.jpg", picture.getvalue())
    return FilePayload(name="photos.zip", mimeType="application/zip", buffer=packed.getvalue())


def test_a_shop_of_ones_own_in_five_minutes(own_server: Server, browser: Browser) -> None:
    begun = time.monotonic()
    owner = window(browser, own_server)
    owner.open("/login?next=/staff/settings")
    owner.sign_in("admin", "admin-demo")
    give_a_name(owner)
    add_products(owner)
    link = invite_people(owner)
    grant_points(owner)
    code = buy_as_one_of_them(window(browser, own_server), link)
    hand_over(owner, code)
    assert time.monotonic() - begun < MINUTES * 60


def window(browser: Browser, server: Server) -> Shopper:
    return Shopper(browser.new_context(locale="ko-KR", base_url=server.address).new_page())


def give_a_name(owner: Shopper) -> None:
    owner.open("/staff/settings")
    for field, text in {"name_ko": "한빛 복지몰", "name_en": "Hanbit Mall", "points_ko": "씨앗",
                        "point_en": "seed", "points_en": "seeds", "accent_light": "#8a2f1d",
                        "symbol": "씨"}.items():  # fmt: skip
        owner.page.fill(f"#{field}", text)
    owner.page.locator("main form .button--main").click()
    owner.sees("The settings are saved.")


def add_products(owner: Shopper) -> None:
    owner.open("/staff/products/import")
    owner.page.fill("#text", PRODUCTS)
    owner.page.set_input_files("#pictures", photographs())
    owner.button("Check the file").click()
    owner.page.locator("form[action^='/staff/products/import/'] .button--main").click()
    owner.sees("Products added: %(new)s. Products changed: %(changed)s.", new="3", changed="0")
    owner.open("/staff/stock/delivery")
    owner.page.fill("#text", "\n".join(f"{id_},20" for id_ in newest(owner.page)))
    owner.page.locator("main form .button--main").click()
    owner.button("Receive all").click()
    owner.page.locator(".notice--good").wait_for()
    owner.open("/")
    expect(owner.page.locator("#shelf .card__name").first).to_contain_text("한빛")


def newest(page: Page) -> list[str]:
    """The numbers of the three products that were added."""
    at = page.url
    page.goto("/")
    links = page.locator("#shelf .card__name a").evaluate_all("all => all.map(a => a.href)")
    page.goto(at)
    return [re.findall(r"\d+$", link)[0] for link in links[:3]]


def invite_people(owner: Shopper) -> str:
    """The link of the first of them."""
    owner.open("/staff/people/new")
    owner.page.fill("#text", PEOPLE)
    owner.button("Open accounts").click()
    owner.page.locator("form:has([name=confirmed]) .button--main").click()
    owner.page.locator(".notice--good").wait_for()
    owner.open("/staff/people/links")
    links = re.findall(r"/password/[0-9a-f-]+", owner.page.content())
    assert len(set(links)) == 10
    row = owner.page.locator("tr", has_text=re.compile(r"hanbit1\b"))
    return re.findall(r"/password/[0-9a-f-]+", row.inner_html())[0]


def grant_points(owner: Shopper) -> None:
    owner.open("/staff/points/grant-many")
    owner.page.select_option("#department", "영업")
    owner.page.fill("#amount", "20000")
    owner.page.fill("#reason", "새해 선물")
    owner.button("Check the list").click()
    owner.page.fill("#total", "200000")
    owner.page.locator("form[action$='/confirm'] .button--main").click()
    owner.page.locator(".notice--good").wait_for()
    owner.page.wait_for_timeout(2_000)  # they are granted step by step


def buy_as_one_of_them(person: Shopper, link: str) -> str:
    """The code for the desk."""
    person.open(link)
    for field in person.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    person.page.locator("main form .button--main").click()
    if person.page.locator("main input[name=username]:visible").count():
        person.sign_in("hanbit1", PASSWORD)
    person.open("/")
    person.page.locator("#shelf .card__name a", has_text="한빛 머그").click()
    person.page.locator("main a, main button").get_by_text(person.word("Buy now")).first.click()
    person.page.locator("main .button--main").last.click()
    person.page.wait_for_url("**/orders/*")
    found = re.search(r"\d{4}(-\d{4}){3}", person.page.inner_text("main"))
    assert found
    return found[0]


def hand_over(owner: Shopper, code: str) -> None:
    owner.open("/staff/desk")
    owner.page.fill("main input[name=code]", code)
    owner.page.keyboard.press("Enter")
    owner.button("Hand over").click()
    owner.page.locator(".notice--good").wait_for()
