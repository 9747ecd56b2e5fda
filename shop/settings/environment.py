"""Which variables of the environment are unknown, and which are missing."""

import difflib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

from shop.settings.secret_files import SECRET_FILES
from shop.settings.table import SETTINGS

EMBEDDED_URL = "SHOP_EMBEDDED_URL"
"""Internal: how `litestar run` hands its embedded database on to the workers."""


def unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    known = [*(setting.name for setting in SETTINGS), *SECRET_FILES]
    for name in sorted(environ):
        if name.startswith("SHOP_") and name not in (*known, EMBEDDED_URL):
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {nearest[0]}?" if nearest else ""
            yield f"{name}: there is no such setting.{hint}"


def missing_variables(environ: Mapping[str, str]) -> Iterator[str]:
    for name in ("SHOP_MAIL_FROM", "SHOP_PUBLIC_URL"):
        if "SHOP_SMTP_URL" in environ and name not in environ:
            yield f"{name}: it is required with SHOP_SMTP_URL."
    if "SHOP_TRACES_URL" in environ and not find_spec("opentelemetry"):
        yield "SHOP_TRACES_URL: it needs the packages of requirements-otel.lock."
    yield from _missing_for_nodes(environ)


def _missing_for_nodes(environ: Mapping[str, str]) -> Iterator[str]:
    if "DATABASE_URL" not in environ:
        return
    if "SHOP_SECRET" not in environ:
        yield "SHOP_SECRET: it is required with DATABASE_URL. Every node needs the same one."
    if "SHOP_EXTERNAL_URL" in environ and "SHOP_EXTERNAL_SECRET" not in environ:
        yield "SHOP_EXTERNAL_SECRET: it is required with DATABASE_URL and SHOP_EXTERNAL_URL."
