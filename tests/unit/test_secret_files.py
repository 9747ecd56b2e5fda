"""Secrets that the environment names by file."""

from pathlib import Path

import pytest

from shop.settings import SettingsError, load_settings

URL = "postgresql://shop:hunter2@db.example/shop"
SECRET = "s" * 32
KEY = "whsec_" + "A" * 32
MEDIA = "s3://pictures?access_key_id=AKIA&secret_access_key=hunter2"


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    values = {
        "DATABASE_URL": URL,
        "SHOP_SECRET": f"{SECRET} {SECRET.upper()}",
        "SHOP_EXTERNAL_SECRET": f"{KEY} {KEY}",
    }
    values["SHOP_MEDIA_URL"] = MEDIA
    for name, value in values.items():
        (tmp_path / name).write_text(f"{value}\n")
    files = {f"{name}_FILE": str(tmp_path / name) for name in values}
    return files | {"SHOP_DATA_DIR": str(tmp_path / "data")}


def test_each_secret_can_come_from_a_file(environ: dict[str, str]) -> None:
    settings = load_settings(environ)
    assert settings.database_dsn == URL
    assert settings.secret == (SECRET, SECRET.upper())
    assert settings.external_secret == (KEY, KEY)
    assert settings.media_url
    assert settings.media_url.options["secret_access_key"] == "hunter2"
    assert not settings.data_dir.exists(), "nothing is generated"


def test_a_variable_and_its_file_are_refused_together(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"^SHOP_SECRET_FILE: SHOP_SECRET is set too"):
        load_settings(environ | {"SHOP_SECRET": SECRET})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff" * 40, "not UTF-8"),
        (b"s" * 10_001, "larger than"),
    ],
)
def test_a_bad_file_is_one_line(
    environ: dict[str, str], content: bytes | None, reason: str
) -> None:
    path = Path(environ["SHOP_SECRET_FILE"])
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(SettingsError, match=reason) as refused:
        load_settings(environ)
    assert str(refused.value).startswith(f"SHOP_SECRET_FILE: {path} ")
    assert len(str(refused.value).splitlines()) == 1


def test_the_content_of_a_file_is_checked_and_not_repeated(environ: dict[str, str]) -> None:
    Path(environ["SHOP_SECRET_FILE"]).write_text("hunter2")
    with pytest.raises(SettingsError, match=r"^SHOP_SECRET: it is too short") as refused:
        load_settings(environ)
    assert "hunter2" not in str(refused.value)
