"""The commands alone, for `LITESTAR_APP`: the shop is imported by who serves it, not who starts it.

`litestar run` finds `app.py` without it too, builds a shop for nothing, and begins again with this.
"""

from litestar import Litestar

from shop.start.commands import ShopCommands

# Without a log, which would be a thread, beside which nothing should be forked.
app = Litestar(plugins=[ShopCommands()], openapi_config=None, logging_config=None)
