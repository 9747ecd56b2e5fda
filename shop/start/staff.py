"""`litestar staff`: creates superusers, lists staff, and resets two-step verification."""

import asyncio
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from shop.settings import Settings
from shop.start import StartError
from shop.start.command import command, read_settings
from shop.users.errors import UsernameTaken

if TYPE_CHECKING:
    from shop.users.repository import StaffAccount
    from shop.users.staff import StaffService


@click.group()
def staff() -> None:
    """Create a superuser, list staff, or reset two-step verification."""


@staff.command()
@click.argument("name")
@click.option("--generate", is_flag=True, help="Generate a password and print it, without asking.")
@click.option("--existing", is_flag=True, help="Make an existing account a superuser.")
def add(name: str, generate: bool, existing: bool) -> None:
    """Create the superuser NAME, for /staff/ and /admin/.

    Asks for a password; without a terminal, generates and prints one.
    """
    with command(), _service(read_settings()) as service:
        account = asyncio.run(service.find(name))
        if account:
            _promote(service, account, existing=existing)
        elif existing:
            raise StartError(f"There is no account {name}.")
        else:
            _add(service, name, generate=generate or not sys.stdin.isatty())


@staff.command("list")
def list_staff() -> None:
    """List all members of staff."""
    with command(), _service(read_settings()) as service:
        for account in asyncio.run(service.all()):
            click.echo(_line(account))


@staff.command("reset-mfa")
@click.argument("name")
def reset_mfa(name: str) -> None:
    """Turn off the two-step verification of NAME, and sign them out everywhere.

    For a user who has neither their authenticator app nor their recovery codes.
    """
    with command(), _service(read_settings()) as service:
        account = asyncio.run(service.find(name))
        if account is None:
            raise StartError(f"There is no account {name}.")
        if not asyncio.run(service.reset_second_factor(account)):
            raise StartError(f"Two-step verification is not on for {account.username}.")
        click.echo(f"{account.username} signs in with the password alone now.")


@contextmanager
def _service(settings: Settings) -> Iterator["StaffService"]:
    """With the database of these settings, up to date, whether the shop is running or not."""
    from shop.points.repository import PointRepository
    from shop.points.service import PointService
    from shop.start.database import command_database
    from shop.start.migrate import migrate
    from shop.users.accounts import Accounts
    from shop.users.repository import UserRepository
    from shop.users.staff import StaffService

    points = PointService(PointRepository(), settings.welcome_points)
    with command_database(settings) as url:
        asyncio.run(migrate(url))
        users = UserRepository()
        yield StaffService(users, Accounts(users, points.welcome))


def _add(service: "StaffService", name: str, *, generate: bool) -> None:
    password = secrets.token_urlsafe(15) if generate else _ask_for_password()
    try:
        username = asyncio.run(service.add(name, password))
    except UsernameTaken:
        raise StartError(f"The username {name} is taken.") from None
    click.echo(f"{username} is a superuser now.")
    if generate:
        click.echo(f"Password, shown once: {password}")


def _ask_for_password() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="Again"))


def _promote(service: "StaffService", account: "StaffAccount", *, existing: bool) -> None:
    name = account.username
    if not account.active:
        raise StartError(f"The account {name} is closed. A superuser can open it in the admin.")
    if account.superuser and account.staff:
        click.echo(f"{name} is a superuser already.")
        return
    if not existing and not _agreed(name):
        raise StartError(
            f"There is an account {name} already. --existing makes a superuser of it, and leaves "
            "its password as it is."
        )
    asyncio.run(service.promote(account))
    click.echo(f"{name} is a superuser now, with the password as before.")


def _agreed(name: str) -> bool:
    return sys.stdin.isatty() and click.confirm(f"{name} has an account. Make it a superuser?")


def _line(account: "StaffAccount") -> str:
    rights = "superuser" if account.superuser else "staff"
    seen = f"{account.last_login:%Y-%m-%d %H:%M} UTC" if account.last_login else "never"
    closed = "" if account.active else ", closed"
    return f"{account.username:30} {rights}{closed}, last signed in: {seen}"
