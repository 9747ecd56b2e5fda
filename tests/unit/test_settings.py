"""The environment, read, checked and refused."""

import dataclasses
import os
import stat
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from shop.settings import SETTINGS, Settings, SettingsError, load_settings
from shop.settings.dsn import check_dsn, hosts_of

SERVER = {
    "DATABASE_URL": "postgresql://shop:hunter2@db.example/shop",
    "SHOP_SECRET": "s" * 32,
}
KEY = "whsec_" + "A" * 32


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


@pytest.fixture
def folder(tmp_path: Path) -> dict[str, str]:
    return {"SHOP_DATA_DIR": str(tmp_path / "data")}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ)
    return str(refused.value)


def test_without_settings_it_is_the_demo_on_loopback(folder: dict[str, str]) -> None:
    settings = load_settings(folder)
    assert settings.embedded
    assert settings.demo
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.trusted_gateways == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert settings.trusted_proxies == ()
    assert settings.external_url is None
    assert settings.rate_limits
    assert not settings.https


def test_with_an_external_database_it_is_no_demo(folder: dict[str, str]) -> None:
    settings = load_settings(SERVER | folder)
    assert not settings.embedded
    assert not settings.demo
    assert settings.database_dsn == SERVER["DATABASE_URL"]
    assert load_settings(SERVER | folder | {"SHOP_DEMO": "1"}).demo


def test_the_data_folder_is_where_the_shop_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).data_dir == tmp_path / ".data"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("SHOP_HOST", "::1", "::1"),
        ("SHOP_HOST", "shop.example", "shop.example"),
        ("SHOP_HOSTS", "쇼핑.한국", {"xn--hp4bo76a.xn--3e0b707e"}),
        ("SHOP_PUBLIC_URL", "https://쇼핑.한국", "https://xn--hp4bo76a.xn--3e0b707e"),
        ("SHOP_PUBLIC_URL", "HTTPS://Shop.Example:443/", "https://shop.example"),
        ("SHOP_PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("SHOP_PORT", "0", 0),
        ("SHOP_DEMO", "off", False),
        ("SHOP_RATE_LIMITS", "OFF", False),
        ("SHOP_HTTPS", "yes", True),
        ("SHOP_TRUSTED_GATEWAYS", "", ()),
        ("SHOP_TRUSTED_GATEWAYS", "10.0.0.0/8, ::1", (ip_network("10.0.0.0/8"), ip_network("::1"))),
        ("SHOP_EXTERNAL_URL", "https://partner.example/in", "https://partner.example/in"),
        ("SHOP_EXTERNAL_TIMEOUT", "0.5", 0.5),
        ("SHOP_EXTERNAL_SECRET", f"{KEY} {KEY}", (KEY, KEY)),
        ("SHOP_WELCOME_POINTS", "1000000000", 1_000_000_000),
        ("SHOP_MEDIA_URL", "s3://pictures", ("pictures", "", {})),
        ("SHOP_MEDIA_URL", "s3://pictures/shop/1/", ("pictures", "shop/1", {})),
        (
            "SHOP_MEDIA_URL",
            "s3://pictures?endpoint=http%3A%2F%2Fminio:9000&region=eu-1",
            ("pictures", "", {"endpoint": "http://minio:9000", "region": "eu-1"}),
        ),
    ],
)
def test_accepted(folder: dict[str, str], name: str, text: str, value: object) -> None:
    settings = load_settings(folder | {name: text})
    assert getattr(settings, name.removeprefix("SHOP_").lower()) == value


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("DATABASE_URL", "mysql://localhost/shop", "not the address of a PostgreSQL"),
        ("DATABASE_URL", "postgresql://db:99999/shop", "not a valid address"),
        ("DATABASE_URL", "postgresql://a:1,b:99999/shop", "not a valid address"),
        ("DATABASE_URL", "postgresql://a:1,:2/shop", "not a valid address"),
        ("DATABASE_URL", "postgresql:///shop?host=a,b&port=1,2,3", "not a valid address"),
        ("DATABASE_URL", "postgresql://a/shop?sslmode=yes", "sslmode must be one of disable"),
        ("DATABASE_URL", "postgresql://a/s?channel_binding=require", "channel_binding is not"),
        ("DATABASE_URL", "postgresql://a,b/s?target_session_attrs=standby", "must be one of any"),
        ("DATABASE_URL", "", "empty"),
        ("SHOP_HOST", "http://localhost", "neither an address nor a host name"),
        ("SHOP_HOST", "localhost:8000", "neither an address nor a host name"),
        ("SHOP_HOST", "shop..example", "neither an address nor a host name"),
        ("SHOP_HOST", "a" * 64, "neither an address nor a host name"),
        ("SHOP_HOSTS", "쇼핑 몰.한국", "neither an address nor a host name"),
        ("SHOP_PUBLIC_URL", "https://shop example", "not such an address"),
        ("SHOP_SECRET", "\udcff" * 32, "not UTF-8"),
        ("SHOP_MEDIA_URL", "https://s3.example/pictures", "not the address of a bucket"),
        ("SHOP_MEDIA_URL", "s3://", "not the address of a bucket"),
        ("SHOP_MEDIA_URL", "s3://Pictures", "not the address of a bucket"),
        ("SHOP_MEDIA_URL", "s3://key:secret@pictures", "not the address of a bucket"),
        ("SHOP_MEDIA_URL", "s3://pictures/../other", "not the address of a bucket"),
        ("SHOP_MEDIA_URL", "s3://pictures?endpoint", "cannot be read"),
        ("SHOP_MEDIA_URL", "s3://pictures?endpoint=minio", "not the address of a server"),
        ("SHOP_MEDIA_URL", "s3://pictures?endpoint=http://a:b@c", "not the address of a server"),
        ("SHOP_MEDIA_URL", "s3://pictures?acl=public", "acl is not one of"),
        ("SHOP_MEDIA_URL", "s3://pictures?region=", "region is empty"),
        ("SHOP_MEDIA_URL", "s3://pictures?region=a&region=b", "given twice"),
        ("SHOP_MEDIA_URL", "s3://pictures?access_key_id=a", "only given together"),
        ("SHOP_PORT", "eighty", "not a whole number"),
        ("SHOP_PORT", "8000.0", "not a whole number"),
        ("SHOP_PORT", "٨٠", "not a whole number"),
        ("SHOP_PORT", "65536", "out of range"),
        ("SHOP_PORT", " ", "empty"),
        ("SHOP_WORKERS", "0", "out of range"),
        ("SHOP_WORKERS", "-1", "out of range"),
        ("SHOP_SECRET", "short", "too short"),
        ("SHOP_SECRET", "n" * 32 + " short", "one of the two is too short"),
        ("SHOP_SECRET", " ".join(letter * 32 for letter in "abc"), "3 secrets"),
        ("SHOP_SECRET", " ".join(["a" * 32] * 2), "same secret twice"),
        ("SHOP_DEMO", "maybe", "neither on nor off"),
        ("SHOP_TRUSTED_GATEWAYS", "10.0.0.1/8", "host bits"),
        ("SHOP_TRUSTED_GATEWAYS", "gateway", "gateway"),
        ("SHOP_TRUSTED_PROXIES", "10.0.0.0/33", "10.0.0.0/33"),
        ("SHOP_EXTERNAL_URL", "partner.example", "not such an address"),
        ("SHOP_EXTERNAL_URL", "http://", "not such an address"),
        ("SHOP_EXTERNAL_URL", "https://partner.example/in\n", "not such an address"),
        ("SHOP_EXTERNAL_URL", "https://-partner.example", "neither an address nor a host name"),
        ("SHOP_EXTERNAL_SECRET", "A" * 32, "does not begin with whsec_"),
        ("SHOP_EXTERNAL_SECRET", "whsec_ä", "not base64"),
        ("SHOP_EXTERNAL_SECRET", "whsec_AAAA", "3 bytes"),
        ("SHOP_EXTERNAL_SECRET", f"{KEY} {KEY} {KEY}", "3 keys"),
        ("SHOP_EXTERNAL_TIMEOUT", "nan", "not a number"),
        ("SHOP_EXTERNAL_TIMEOUT", "0", "out of range"),
        ("SHOP_SHUTDOWN_TIMEOUT", "601", "out of range"),
        ("SHOP_DATABASE_POOL", "0", "out of range"),
        ("SHOP_SESSION_DAYS", "366", "out of range"),
        ("SHOP_HTTPS", "2", "neither on nor off"),
        ("SHOP_STATEMENT_CACHE", "-1", "out of range"),
        ("SHOP_WELCOME_POINTS", "1000000001", "out of range"),
    ],
)
def test_refused(folder: dict[str, str], name: str, text: str, reason: str) -> None:
    message = refusal(SERVER | folder | {"SHOP_EXTERNAL_SECRET": KEY} | {name: text})
    assert message.startswith(f"{name}: ")
    assert reason in message
    assert "Accepted: " in message


def test_an_unknown_name_gets_the_nearest_one(folder: dict[str, str]) -> None:
    assert "SHOP_PROT" in refusal(folder | {"SHOP_PROT": "80"})
    assert "Did you mean SHOP_PORT?" in refusal(folder | {"SHOP_PROT": "80"})
    assert "Did you mean" not in refusal(folder | {"SHOP_XYZZY": "80"})


def test_all_problems_are_reported_together(folder: dict[str, str]) -> None:
    environ = folder | {"SHOP_PROT": "80", "SHOP_WORKERS": "many", "DATABASE_URL": "nonsense"}
    told = [line.split(":")[0] for line in refusal(environ).splitlines()]
    assert sorted(told) == ["DATABASE_URL", "SHOP_PROT", "SHOP_SECRET", "SHOP_WORKERS"]


def test_an_external_database_requires_these_settings(folder: dict[str, str]) -> None:
    environ = SERVER | folder
    assert "SHOP_SECRET: it is required" in refusal(
        {name: text for name, text in environ.items() if name != "SHOP_SECRET"}
    )
    partner = {"SHOP_EXTERNAL_URL": "http://partner.example/"}
    assert "SHOP_EXTERNAL_SECRET: it is required" in refusal(environ | partner)
    assert load_settings(environ | partner | {"SHOP_EXTERNAL_SECRET": KEY}).external_secret == (
        KEY,
    )
    assert load_settings(environ).external_secret


@pytest.mark.parametrize(
    ("dsn", "hosts"),
    [
        ("postgresql://u:p@h1:5432,h2:5433/db?target_session_attrs=read-write", "h1:5432 h2:5433"),
        ("postgres://u:p%40@h1,h2/db?sslmode=verify-full", "h1:5432 h2:5432"),
        ("postgresql://[::1]:1/db", "::1:1"),
        ("postgresql:///db?host=a,b&port=1,2", "a:1 b:2"),
        ("postgresql:///db?host=a,b&port=1", "a:1 b:1"),
        ("postgresql:///db?host=/run/postgresql", "/run/postgresql:5432"),
        ("postgresql:///db", ""),
    ],
)
def test_the_hosts_of_a_database_as_libpq_reads_them(dsn: str, hosts: str) -> None:
    assert check_dsn(dsn) == dsn
    assert [f"{host.name}:{host.port}" for host in hosts_of(dsn)] == hosts.split()


def test_no_secret_is_repeated(folder: dict[str, str]) -> None:
    bad = folder | {"DATABASE_URL": "postgresql://shop:hunter2@[db/shop", "SHOP_SECRET": "hunter2"}
    assert "hunter2" not in refusal(bad | {"SHOP_EXTERNAL_SECRET": "hunter2"})
    assert "hunter2" not in refusal({"SHOP_MEDIA_URL": "s3://a?secret_access_key=hunter2"})
    keys = "access_key_id=AKIA&secret_access_key=hunter2"
    settings = load_settings(SERVER | folder | {"SHOP_MEDIA_URL": f"s3://pictures?{keys}"})
    assert "hunter2" not in f"{settings!r} {settings.media_url!r} {settings.media_url}"
    assert settings.secret[0] not in repr(settings)
    assert settings.external_secret[0] not in repr(settings)


def test_secrets_are_made_once_and_kept_for_the_owner(folder: dict[str, str]) -> None:
    first, second = load_settings(folder), load_settings(folder)
    assert first.secret == second.secret
    assert first.external_secret == second.external_secret
    assert len(first.secret[0]) >= 32
    kept = Path(folder["SHOP_DATA_DIR"])
    assert sorted(path.name for path in kept.iterdir()) == ["external-secret", "secret"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}


def test_a_broken_secret_file_is_named(folder: dict[str, str]) -> None:
    load_settings(folder)
    kept = Path(folder["SHOP_DATA_DIR"]) / "secret"
    kept.write_text("")
    assert str(kept) in refusal(folder)


def test_an_impossible_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = refusal({"SHOP_DATA_DIR": str(tmp_path / "file" / "data")})
    assert message.startswith("SHOP_DATA_DIR: ")


def test_processes_that_start_together_make_one_secret(folder: dict[str, str]) -> None:
    script = "from shop.settings import load_settings; input(); print(*load_settings().secret)"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            env=folder | {"PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


def test_a_database_that_does_not_run_has_no_address(folder: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="not running"):
        _ = load_settings(folder).database_dsn


def test_workers_get_the_embedded_database(folder: dict[str, str]) -> None:
    url = "postgresql://postgres@/pointmall?host=/somewhere&port=5432"
    assert load_settings(folder | {"SHOP_EMBEDDED_URL": url}).database_dsn == url
    own = load_settings(SERVER | folder | {"SHOP_EMBEDDED_URL": url})
    assert own.database_dsn == SERVER["DATABASE_URL"]


def test_every_setting_has_its_attribute() -> None:
    attributes = {setting.attribute for setting in SETTINGS} | {"embedded_url"}
    assert attributes == {field.name for field in dataclasses.fields(Settings)}


def test_the_readme_lists_every_setting() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    for setting in SETTINGS:
        default = {None: "unset", "": "empty"}.get(setting.default, f"`{setting.default}`")
        assert f"| `{setting.name}` | {default} | {setting.about} |" in readme
