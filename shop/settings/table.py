"""The table of settings: one declaration for each variable, which the README's table repeats."""

from typing import Any, NamedTuple

from shop.settings.kinds import (
    FOLDER,
    HOST,
    HOSTS,
    HTTP_URL,
    NETWORKS,
    ORIGIN,
    POSTGRES_URL,
    SECRET,
    SIGNING_KEYS,
    SWITCH,
    Kind,
    decimal,
    one_of,
    whole,
)


class Setting(NamedTuple):
    """One variable. `default` is what it is when unset; None means that it is worked out."""

    name: str
    kind: Kind
    default: str | None
    about: str

    @property
    def attribute(self) -> str:
        """The attribute of Settings that holds its value."""
        return self.name.removeprefix("SHOP_").lower()

    def read(self, text: str) -> Any:
        """The value of this text; raises ValueError with a message that names the variable."""
        try:
            return self.kind.read_any(text)
        except ValueError as reason:
            raise ValueError(f"{self.name}: {reason}. Accepted: {self.kind.accepts}.") from None


# fmt: off
SETTINGS = (
    Setting("DATABASE_URL", POSTGRES_URL, None,
            "The database. Unset: PostgreSQL runs embedded, in the data folder."),
    Setting("SHOP_DATA_DIR", FOLDER, ".data",
            "Holds the embedded database, uploaded pictures and the secrets that the shop made."),
    Setting("SHOP_HOST", HOST, "127.0.0.1", "The address to listen on."),
    Setting("SHOP_PORT", whole(0, 65535), "8000", "The port to listen on; 0 takes any free one."),
    Setting("SHOP_WORKERS", whole(1, 64), "1", "How many processes serve."),
    Setting("SHOP_SECRET", SECRET, None,
            "Signs forms and cookies. Required with DATABASE_URL, the same on every node; "
            "else made and kept in the data folder."),
    Setting("SHOP_DEMO", SWITCH, None,
            "Fills an empty shop with the demo and opens its accounts. "
            "Unset: on with the embedded database, off with DATABASE_URL."),
    Setting("SHOP_TRUSTED_GATEWAYS", NETWORKS, None,
            "Who may say who is asking, with X-USER-ID. Unset: this machine (127.0.0.0/8,::1/128) "
            "while the demo runs on the embedded database and SHOP_HTTPS is off, else nobody."),
    Setting("SHOP_USER_ID", one_of("id", "username"), "id",
            "What X-USER-ID holds: id, the user's number, or username, the name to sign in with."),
    Setting("SHOP_TRUSTED_PROXIES", NETWORKS, "",
            "Whose X-Forwarded-For is believed."),
    Setting("SHOP_METRICS_FROM", NETWORKS, None,
            "Who may read /metrics; for everybody else it is not there. Unset: this machine while "
            "SHOP_HTTPS is off, else nobody."),
    Setting("SHOP_EXTERNAL_URL", HTTP_URL, None,
            "The external system that is told of orders. Unset: the mock that comes along."),
    Setting("SHOP_EXTERNAL_SECRET", SIGNING_KEYS, None,
            "Signs the messages to it. Required with DATABASE_URL and SHOP_EXTERNAL_URL; "
            "else made and kept in the data folder."),
    Setting("SHOP_EXTERNAL_TIMEOUT", decimal(0.1, 60), "2.0",
            "How many seconds an order waits for the external system."),
    Setting("SHOP_RATE_LIMITS", SWITCH, "on", "Whether requests are limited."),
    Setting("SHOP_SHUTDOWN_TIMEOUT", whole(1, 600), "20",
            "How many seconds running requests have left when the shop is stopped."),
    Setting("SHOP_SHUTDOWN_DELAY", whole(0, 600), "0",
            "How many seconds before that /readyz says 503, for a load balancer that asks it."),
    Setting("SHOP_DATABASE_POOL", whole(1, 200), "10",
            "How many database connections a worker opens at most."),
    Setting("SHOP_SESSION_DAYS", whole(1, 365), "14", "How many days a sign-in lasts at most."),
    Setting("SHOP_SESSION_IDLE_HOURS", whole(1, 8760), "72",
            "After how many hours without a request a sign-in ends."),
    Setting("SHOP_STAFF_SESSION_IDLE_HOURS", whole(1, 8760), "2", "The same for staff."),
    Setting("SHOP_HTTPS", SWITCH, "off",
            "The shop is reached by HTTPS only: cookies are Secure and browsers are told so."),
    Setting("SHOP_PUBLIC_URL", ORIGIN, None,
            "Where the shop is, as search engines are told. Unset: where each request found it."),
    Setting("SHOP_HOSTS", HOSTS, None,
            "The hosts that the shop answers to; 400 for any other. Unset: localhost, 127.0.0.1, "
            "::1, SHOP_HOST and the host of SHOP_PUBLIC_URL; any where SHOP_HOST is all addresses "
            "and SHOP_PUBLIC_URL is unset."),
    Setting("SHOP_STATEMENT_CACHE", whole(0, 10_000), "100",
            "Prepared statements that a connection keeps; 0 behind a PgBouncer older than 1.21."),
    Setting("SHOP_WELCOME_POINTS", whole(0, 1_000_000_000), "0", "Points granted at sign-up."),
)
# fmt: on
