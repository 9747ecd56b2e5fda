"""The table of settings, one declaration per variable. The README repeats it."""

from typing import Any, NamedTuple

from shop.settings.types import (
    BUCKET_URL,
    CARRIERS,
    FOLDER,
    HOST,
    HOSTS,
    HTTP_URL,
    MAIL_ADDRESS,
    NETWORKS,
    ORIGIN,
    POSTGRES_URL,
    SECRETS,
    SIGNING_KEYS,
    SMTP_URL,
    SWITCH,
    SettingType,
    decimal,
    one_of,
    whole,
)


class Setting(NamedTuple):
    """One variable. `default` applies if it is unset; None: the default is computed."""

    name: str
    kind: SettingType
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
            raise ValueError(f"{self.name}: {reason}. Accepted: {self.kind.description}.") from None


# fmt: off
SETTINGS = (
    Setting("DATABASE_URL", POSTGRES_URL, None,
            "The database; several hosts, separated by commas, are tried in turn. "
            "Unset: PostgreSQL runs embedded, in the data folder."),
    Setting("SHOP_DATA_DIR", FOLDER, ".data",
            "Folder of the embedded database, uploaded pictures and generated secrets."),
    Setting("SHOP_MEDIA_URL", BUCKET_URL, None,
            "Bucket of an S3-compatible store for uploaded pictures, for several nodes; AWS_… "
            "variables apply. Unset: the folder media in SHOP_DATA_DIR."),
    Setting("SHOP_HOST", HOST, "127.0.0.1", "The address to listen on."),
    Setting("SHOP_PORT", whole(0, 65535), "8000", "The port to listen on; 0 takes any free one."),
    Setting("SHOP_WORKERS", whole(1, 64), "1", "Number of worker processes."),
    Setting("SHOP_SECRET", SECRETS, None,
            "Signs forms and cookies; two, separated by a space, while it is changed. Required "
            "with DATABASE_URL, the same on every node; otherwise generated and kept in the data "
            "folder."),
    Setting("SHOP_DEMO", SWITCH, None,
            "Fills an empty shop with the demo and opens its accounts. "
            "Unset: on with the embedded database, off with DATABASE_URL."),
    Setting("SHOP_TRUSTED_GATEWAYS", NETWORKS, None,
            "Addresses that may send X-USER-ID. Unset: this machine (127.0.0.0/8,::1/128) "
            "while the demo runs on the embedded database and SHOP_HTTPS is off, otherwise none."),
    Setting("SHOP_USER_ID", one_of("id", "username"), "id",
            "What X-USER-ID holds: id (the user's number) or username."),
    Setting("SHOP_TRUSTED_PROXIES", NETWORKS, "",
            "Addresses of proxies whose X-Forwarded-For is accepted."),
    Setting("SHOP_METRICS_FROM", NETWORKS, None,
            "Addresses that may read /metrics; others get 404. Unset: this machine while "
            "SHOP_HTTPS is off, otherwise none."),
    Setting("SHOP_EXTERNAL_URL", HTTP_URL, None,
            "The external system that receives messages about orders. Unset: the included mock."),
    Setting("SHOP_EXTERNAL_SECRET", SIGNING_KEYS, None,
            "Signs these messages. Required with DATABASE_URL and SHOP_EXTERNAL_URL; "
            "otherwise generated and kept in the data folder."),
    Setting("SHOP_EXTERNAL_TIMEOUT", decimal(0.1, 60), "2.0",
            "Timeout of a call to the external system, in seconds."),
    Setting("SHOP_RATE_LIMITS", SWITCH, "on", "Turns the rate limits on or off."),
    Setting("SHOP_SHUTDOWN_TIMEOUT", whole(1, 600), "20",
            "Seconds that running requests have to finish when the shop stops."),
    Setting("SHOP_DRAIN", whole(0, 600), "0",
            "Seconds before that in which /readyz returns 503, for load balancers."),
    Setting("SHOP_DATABASE_POOL", whole(1, 200), "10",
            "Maximum number of database connections per worker."),
    Setting("SHOP_SESSION_DAYS", whole(1, 365), "14", "Maximum lifetime of a session, in days."),
    Setting("SHOP_SESSION_IDLE_HOURS", whole(1, 8760), "72",
            "Hours without a request after which a session ends."),
    Setting("SHOP_STAFF_SESSION_IDLE_HOURS", whole(1, 8760), "2", "The same for staff."),
    Setting("SHOP_HTTPS", SWITCH, "off",
            "Set it if the shop is reached by HTTPS only: Secure cookies and HSTS."),
    Setting("SHOP_PUBLIC_URL", ORIGIN, None,
            "The shop's public URL, for search engines. Unset: the host of each request."),
    Setting("SHOP_HOSTS", HOSTS, None,
            "The accepted values of Host; 400 for any other. Unset: localhost, 127.0.0.1, "
            "::1, SHOP_HOST and the host of SHOP_PUBLIC_URL; any if SHOP_HOST is all addresses "
            "and SHOP_PUBLIC_URL is unset."),
    Setting("SHOP_LOG_FORMAT", one_of("text", "json"), "text",
            "Format of the log: text, or json (one object per line)."),
    Setting("SHOP_TRACES_URL", HTTP_URL, None,
            "Where a span of each request is sent, such as http://collector:4318/v1/traces; needs "
            "the packages of requirements-otel.lock. Unset: no spans."),
    Setting("SHOP_STATEMENT_CACHE", whole(0, 10_000), "100",
            "Prepared statements cached per connection; 0 with a PgBouncer older than 1.21."),
    Setting("SHOP_EXTERNAL_RECIPIENT", SWITCH, "off",
            "Whether the external system also gets the recipients of parcels."),
    Setting("SHOP_KEEP_RECIPIENT_DAYS", whole(1, 3650), "90",
            "Days after which the recipient of a fulfilled or cancelled order is erased."),
    Setting("SHOP_RETURN_DAYS", whole(0, 365), "7",
            "Days after an order was fulfilled in which its items may be returned; 0 for never."),
    Setting("SHOP_CARRIERS", CARRIERS, "",
            "More carriers of parcels with their tracking pages, as name=https://…{number}."),
    Setting("SHOP_CODE_MIN_DAYS", whole(0, 3650), "7",
            "Codes that are valid for fewer days than this are not sold."),
    Setting("SHOP_SMTP_URL", SMTP_URL, None,
            "The mail server; SHOP_MAIL_FROM and SHOP_PUBLIC_URL are needed with it. "
            "Unset: no mail is sent."),
    Setting("SHOP_MAIL_FROM", MAIL_ADDRESS, None, "The address that mail comes from."),
    Setting("SHOP_WELCOME_POINTS", whole(0, 1_000_000_000), "0", "Points granted at sign-up."),
)
# fmt: on
