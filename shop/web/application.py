"""Litestar, without what it would import for libraries that the shop's data does not use."""

from litestar import Litestar
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin


class Application(Litestar):
    """Has no plugins for Pydantic and attrs. Pydantic is installed for the admin, and Litestar
    would import it into every process at the start."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]
