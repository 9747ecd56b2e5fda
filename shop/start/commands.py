"""The shop's commands, added to Litestar's own: `litestar run`, `migrate`, `staff` and more.
Imports are made when a command runs, so that each loads only what it needs."""

import asyncio
import os
import sys

import click
from litestar.plugins import CLIPlugin

from shop.start.command import command, read_settings
from shop.start.staff import staff


class ShopCommands(CLIPlugin):
    """Puts the shop's commands into Litestar's CLI; `run` takes the place of Litestar's."""

    def on_cli_init(self, cli: click.Group) -> None:
        """Called by Litestar when its CLI starts."""
        for added in (run, migrate, demo, external, audit, staff):
            cli.add_command(added)


@click.command()
@click.option("-H", "--host", help="Instead of SHOP_HOST.")
@click.option("-p", "--port", help="Instead of SHOP_PORT.")
@click.option("-W", "--workers", "--wc", "workers", help="Instead of SHOP_WORKERS.")
@click.option(
    "-r", "--reload", is_flag=True, help="Begin again when the code changes; for development."
)
def run(host: str | None, port: str | None, workers: str | None, reload: bool) -> None:
    """Serve the shop, its database and its mock external system."""
    with command():
        settings = read_settings(SHOP_HOST=host, SHOP_PORT=port, SHOP_WORKERS=workers)
        if "app" in sys.modules:
            _reexec(reload=reload)
        from shop.start.serve import serve

        serve(settings, reload=reload)


@click.command()
def migrate() -> None:
    """Apply the migrations to the database."""
    with command():
        settings = read_settings()
        from shop.start.database import command_database
        from shop.start.migrate import migrate

        with command_database(settings) as url:
            changed = asyncio.run(migrate(url))
        click.echo("The tables were brought up to date." if changed else "Nothing to do.")


@click.command()
def demo() -> None:
    """Fill an empty shop with the demo."""
    with command():
        settings = read_settings(SHOP_DEMO="on")
        from shop.demo.seed import fill
        from shop.start.database import command_database
        from shop.start.migrate import migrate

        with command_database(settings) as url:
            asyncio.run(migrate(url))
            filled = asyncio.run(fill(settings))
        click.echo("The demo is in the shop." if filled else "The shop is not empty: left alone.")


@click.command()
@click.option("-H", "--host", default="127.0.0.1", show_default=True)
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8100, show_default=True)
def external(host: str, port: int) -> None:
    """Run the mock external system as a process of its own."""
    with command():
        read_settings()
        from shop.start.external import serve_mock
        from shop.start.server import listen

        with listen(host, port) as listener:
            click.echo(f"External    http://{host}:{listener.getsockname()[1]}/")
            serve_mock(listener)


@click.command()
def audit() -> None:
    """Check the books of the shop, running or not; exit with 1 if one is wrong."""
    with command():
        settings = read_settings()
        from shop.audit.service import Audit, report
        from shop.start.database import command_database
        from shop.start.migrate import check_schema

        with command_database(settings) as url:
            asyncio.run(check_schema(url))
            findings = asyncio.run(Audit(url).run())
        click.echo(report(findings))
        if any(finding.wrong for finding in findings):
            raise SystemExit(1)


def _reexec(*, reload: bool) -> None:
    """Where Litestar has found `app.py` by itself, and built a shop: its log and its HTTP client
    have threads, and from a process that has threads no workers can be forked."""
    again = [sys.executable, "-m", "litestar", "--app", "shop.start.cli:app", "run"]
    os.execv(sys.executable, [*again, "--reload"] if reload else again)  # noqa: S606 - our own
