"""What the shop prints once it is ready: where everything is, and who can sign in."""

import socket

from shop.settings import Settings

CAST = {"alice": "100,000 points", "bob": "no points", "admin": "staff"}


def banner(
    settings: Settings, listener: socket.socket, external: str, passwords: dict[str, str]
) -> str:
    """`passwords`: those that were made for the demo's accounts at this start, by name.

    Tests and scripts read the address from the line that begins with `Shop`.
    """
    shop = f"http://{_reachable(listener)}"
    places = f"""\

Shop        {shop}/
Admin       {shop}/admin/
API         {shop}/docs
External    {external}{"" if settings.external_url else " (the mock)"}
"""
    return places + (_demo(settings, passwords) if settings.demo else "")


def _demo(settings: Settings, passwords: dict[str, str]) -> str:
    from shop.demo.accounts import KNOWN, passwords_file

    kept = passwords_file(settings)
    if settings.known_passwords:
        return _accounts(KNOWN)
    if passwords:
        return _accounts(passwords) + f"These passwords are shown once. They are kept in {kept}.\n"
    return f"\nThe demo's passwords were shown when they were made. They are kept in {kept}.\n"


def _accounts(passwords: dict[str, str]) -> str:
    signs = {name: f"{name} / {password}" for name, password in passwords.items()}
    width = max(map(len, signs.values())) + 2
    lines = [f"{sign:{width}} {CAST[name]}" for name, sign in signs.items()]
    return "\nSign in as  " + "\n            ".join(lines) + "\n"


def _reachable(listener: socket.socket) -> str:
    """Host and port as a browser on this machine writes them."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
