"""Where Piccolo's own commands find the engine and the shop's tables."""

from piccolo.conf.apps import AppRegistry

from shop.database import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=["shop.piccolo_app"])
