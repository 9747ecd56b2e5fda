"""The commands without the shop, for `LITESTAR_APP`: only a process that serves imports the shop.
Without this, `litestar run` would find `app.py`, build a shop that is not used, and start again."""

from litestar import Litestar

from shop.start.commands import ShopCommands

# Without a log, which would be a thread, beside which nothing should be forked.
app = Litestar(plugins=[ShopCommands()], openapi_config=None, logging_config=None)
