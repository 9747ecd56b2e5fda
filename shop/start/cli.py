"""The commands alone, for `LITESTAR_APP`: the shop is imported by who serves it, not who starts it.

`litestar run` finds `app.py` without it too, and then builds the shop once more than is needed.
"""

from litestar import Litestar

from shop.start.commands import ShopCommands

app = Litestar(plugins=[ShopCommands()], openapi_config=None)
