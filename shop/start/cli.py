"""The commands without the shop, for `LITESTAR_APP`: only a process that serves imports the shop.
Without this, `litestar run` would find `app.py`, build a shop that is not used, and start again."""

from shop.start.commands import ShopCommands
from shop.web.application import Application

# Without a log, which would be a thread, beside which nothing should be forked.
app = Application(plugins=[ShopCommands()], openapi_config=None, logging_config=None)
