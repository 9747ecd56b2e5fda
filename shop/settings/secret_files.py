"""Secrets from files: `SHOP_SECRET_FILE=/run/secrets/shop` stands for what that file contains."""

from collections.abc import Mapping
from pathlib import Path

SECRETS = ("DATABASE_URL", "SHOP_SECRET", "SHOP_EXTERNAL_SECRET", "SHOP_MEDIA_URL", "SHOP_SMTP_URL")
SECRET_FILES = {f"{name}_FILE": name for name in SECRETS}
LARGEST_FILE = 10_000  # bytes


def with_secret_files(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The environment with each secret's file replaced by its content, and what is wrong.

    A file that cannot be read leaves its secret empty, so that it does not count as unset.
    """
    values, problems = dict(environ), []
    for variable, name in SECRET_FILES.items():
        if variable not in environ:
            continue
        del values[variable]
        if name in environ:
            problems.append(f"{variable}: {name} is set too. Set one of them.")
            continue
        try:
            values[name] = _content(Path(environ[variable]))
        except ValueError as problem:
            values[name] = ""
            problems.append(f"{variable}: {problem}.")
    return values, problems


def _content(path: Path) -> str:
    """The text without space around it; raises ValueError if there is none."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_FILE + 1)
    except OSError as problem:
        raise ValueError(f"{path} cannot be read ({problem.strerror})") from None
    if len(text) > LARGEST_FILE:
        raise ValueError(f"{path} is larger than {LARGEST_FILE} bytes")
    try:
        content = text.decode().strip()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text") from None
    if not content:
        raise ValueError(f"{path} is empty")
    return content
