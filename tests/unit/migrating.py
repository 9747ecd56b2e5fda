"""Migrations run anew, on what an older shop holds."""

from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from shop.start.migrate import MIGRATIONS


def migration(name: str) -> Any:
    """The module of one migration."""
    spec = spec_from_file_location(name, MIGRATIONS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def run(module: Any) -> None:
    manager = await module.forwards()
    for step in manager.raw:
        await step()
