"""What all commands of the shop have in common: their settings, and how they end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from shop.errors import InvalidInput, Unavailable
from shop.logs import configure_logging
from shop.settings import Settings, SettingsError, load_settings
from shop.start import StartError
from shop.start.signals import exit_on_signals


def read_settings(**options: str | None) -> Settings:
    """The environment's, with the command's options before it, here and in the workers."""
    os.environ.update({name: text for name, text in options.items() if text is not None})
    settings = load_settings()
    configure_logging(settings.log_format)
    return settings


@contextmanager
def command() -> Iterator[None]:
    """A signal ends it cleanly; an error is printed without a traceback, with status 2 for
    settings, else 1."""
    configure_logging()
    exit_on_signals()
    try:
        yield
    except SettingsError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    except Unavailable as error:
        click.echo(
            f"The database does not do this now: {str(error) or 'no answer in time'}.", err=True
        )
        raise SystemExit(1) from None
    except InvalidInput as error:
        for wrong in error.errors:
            click.echo(wrong.message % dict(wrong.values), err=True)
        raise SystemExit(1) from None
    except StartError as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
