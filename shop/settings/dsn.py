"""DATABASE_URL as libpq reads it: one or more hosts, and options."""

import re
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

# fmt: off
OPTIONS = {
    "host", "port", "user", "password", "passfile", "dbname", "database", "application_name",
    "target_session_attrs", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl",
    "sslnegotiation", "ssl_min_protocol_version", "ssl_max_protocol_version",
    "krbsrvname", "gsslib",
}
# fmt: on
"""What asyncpg understands. It would send any other as a setting of the server's."""
SESSIONS = ("any", "read-write", "primary")
"""Values of target_session_attrs with which the shop can sell."""
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
DEFAULT_PORT = 5432


class Host(NamedTuple):
    """A host name, an IP address, or the folder of a Unix socket."""

    name: str
    port: int


def check_dsn(text: str) -> str:
    """Returns it. Raises ValueError with the reason, which repeats no part of a password."""
    try:
        parts = urlsplit(text)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        hosts_of(text)
    except ValueError:
        # The reason would repeat a part of the address, and so perhaps of the password.
        raise ValueError("it is not a valid address") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("it is not the address of a PostgreSQL database")
    if unknown := sorted(options.keys() - OPTIONS):
        raise ValueError(f"the option {unknown[0]} is not supported")
    _check_choice(options, "target_session_attrs", SESSIONS)
    _check_choice(options, "sslmode", SSL_MODES)
    return text


def _check_choice(options: dict[str, str], name: str, choices: tuple[str, ...]) -> None:
    if options.get(name, choices[0]) not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}")


def hosts_of(dsn: str) -> tuple[Host, ...]:
    """The hosts in their order; none if the DSN names none. Raises ValueError."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    if netloc := parts.netloc.rpartition("@")[2]:
        return tuple(_host(text) for text in netloc.split(","))
    names = query.get("host", [""])[-1].split(",")
    ports = query.get("port", [str(DEFAULT_PORT)])[-1].split(",")
    if len(ports) == 1:
        ports *= len(names)
    return tuple(Host(name, _port(port)) for name, port in zip(names, ports, strict=True) if name)


def _host(text: str) -> Host:
    found = re.fullmatch(r"(?:\[([^\[\]]+)\]|([^\[\]:]+))(?::([0-9]+))?", text)
    if not found:
        raise ValueError("a host is malformed")
    return Host(found[1] or unquote(found[2]), _port(found[3] or str(DEFAULT_PORT)))


def _port(text: str) -> int:
    if not 0 < int(text) < 65536:
        raise ValueError("a port is out of range")
    return int(text)
