"""Forms whose fields repeat, which no struct describes."""

from litestar.datastructures import FormMultiDict
from litestar.exceptions import HTTPException

from shop.web.request import AnyRequest

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


async def urlencoded_form(request: AnyRequest) -> FormMultiDict:
    """The fields of a plain form. 415 for any other: nothing here takes files."""
    if not request.headers.get("content-type", "").startswith(URLENCODED):
        raise HTTPException(status_code=415, detail="a plain form is wanted")
    return await request.form()
