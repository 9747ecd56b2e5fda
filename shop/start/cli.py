"""The commands alone, for `LITESTAR_APP`: who starts the shop need not import it, who serves it does.

`litestar run` finds `app.py` without it too, and then builds the shop once more than is needed.
"""

from litestar import Litestar

from shop.start.commands import ShopCommands

app = Litestar(plugins=[ShopCommands()], openapi_config=None)
