"""Product files as staff send them."""

import io
import zipfile
from typing import Any

import httpx
from PIL import Image

from shop.products.tables import Product
from tests.cast import SignedIn
from tests.unit.staff.test_grant_many import keys_of

PAGE = "/staff/products/import"


async def upload(
    client: SignedIn,
    text: str = "",
    *,
    file: bytes | None = None,
    name: str = "products.csv",
    pictures: bytes | None = None,
) -> httpx.Response:
    """Sends the form; returns the preview, or the form with its errors."""
    fields = keys_of((await client.get(PAGE)).text)
    files: dict[str, Any] = {}
    if file is not None:
        files["file"] = (name, file)
    if pictures is not None:
        files["pictures"] = ("pictures.zip", pictures)
    response = await client.post(PAGE, data={**fields, "text": text}, files=files or None)
    return await client.get(response.headers["location"]) if response.is_redirect else response


async def run(client: SignedIn, preview: httpx.Response) -> httpx.Response:
    """Confirms what a preview shows."""
    response = await client.post(preview.url.path, data=keys_of(preview.text))
    return await client.get(response.headers["location"]) if response.is_redirect else response


async def imported(client: SignedIn, text: str = "", **files: Any) -> str:
    """The page after an import that must succeed."""
    preview = await upload(client, text, **files)
    assert preview.status_code == 200, preview.text
    page = await run(client, preview)
    assert page.status_code == 200, page.text
    return page.text


async def product(product_id: int) -> dict[str, Any]:
    row = await Product.select().where(Product.id == product_id).first()
    assert row is not None
    return row


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def png(colour: str = "red") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "PNG")
    return content.getvalue()
