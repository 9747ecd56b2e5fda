"""A photograph, from the disk of staff to the screen of a shopper."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.goods import Goods, Product
from tests.browser.shopper import OpenWindow, Shopper

DRAWN = "image => image.decode().then(() => [image.currentSrc, image.naturalWidth > 0])"


def test_a_photograph(
    shopper: Shopper, open_window: OpenWindow, goods: Goods, tmp_path: Path
) -> None:
    mug, phone = goods["stoneware-mug"], open_window(viewport={"width": 390, "height": 844})
    open_admin(clerk := open_window(), mug)
    upload(clerk.page, photograph(tmp_path / "상품 사진.jpg", (1800, 1200)))
    save(clerk.page)

    shopper.open_product(mug)
    assert shown(shopper, mug).endswith("-1200x800.avif")  # 46vw of 1280, as wide as 3:2 needs
    assert_square(picture(shopper, mug))
    phone.open_product(mug)
    assert shown(phone, mug).endswith("-800x534.avif")


def test_an_invalid_picture_is_refused(
    open_window: OpenWindow, goods: Goods, tmp_path: Path
) -> None:
    open_admin(clerk := open_window(), goods["stoneware-mug"])
    drawing = tmp_path / "drawing.svg"
    drawing.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    upload(clerk.page, drawing)
    clerk.sees("SVG files can contain scripts and are not accepted. Please save it as a PNG first.")


def open_admin(clerk: Shopper, product: Product) -> None:
    clerk.sign_in("admin")
    clerk.sees("Welcome back.")
    clerk.open(f"/admin/#/products/{product.id}/")


def upload(admin: Page, file: Path) -> None:
    with admin.expect_response(lambda answer: answer.url.endswith("/admin/api/media/")):
        admin.locator("input[type=file]").set_input_files(file)


def save(admin: Page) -> None:
    expect(admin.locator("[name=picture]")).to_have_value(re.compile(r"-1600x1067\.jpg$"))
    with admin.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        admin.get_by_role("button", name="저장").click()
    assert saved.value.ok


def photograph(path: Path, size: tuple[int, int]) -> Path:
    Image.radial_gradient("L").resize(size).convert("RGB").save(path)
    return path


def picture(shopper: Shopper, product: Product) -> Locator:
    return shopper.page.get_by_role("img", name=shopper.name_of(product), exact=True)


def shown(shopper: Shopper, product: Product) -> str:
    """The address of the file that the browser chose, and could draw."""
    address, drawn = picture(shopper, product).evaluate(DRAWN)
    assert drawn
    return str(address)


def assert_square(image: Locator) -> None:
    box = image.bounding_box()
    assert box
    assert box["width"] == box["height"] > 0
