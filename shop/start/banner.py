"""What whoever starts the shop is told: where everything is, and who can sign in."""

import socket

from shop.settings import Settings

CAST = """\
Sign in as  alice / alice-demo   100,000 points
            bob / bob-demo       no points
            admin / admin-demo   staff
"""


def banner(settings: Settings, listener: socket.socket, external: str) -> str:
    """Tests and scripts read the address from the line that begins with `Shop`."""
    shop = f"http://{_reachable(listener)}"
    places = f"""\

Shop        {shop}/
Admin       {shop}/admin/
API         {shop}/docs
External    {external}{"" if settings.external_url else " (the mock)"}
"""
    return places + (f"\n{CAST}" if settings.demo else "")


def _reachable(listener: socket.socket) -> str:
    """Host and port as a browser on this machine writes them."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
