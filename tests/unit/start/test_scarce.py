"""A machine that lacks open files, disk space, or a folder to write to."""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from shop.start.embedded import embedded_database
from shop.start.server import FEWEST_CONNECTIONS, OWN_FILES
from tests.unit.admin.uploads import photograph
from tests.unit.start.conftest import TIMEOUT, Process
from tests.unit.start.raw import Raw

Start = Callable[..., Process]
POOL = 10
LEAST = OWN_FILES + POOL + FEWEST_CONNECTIONS
ALICE = {"X-USER-ID": "1"}
KEYS = ("_csrf_token", "form_key")
ORDER = {"items": [{"product_id": 63, "quantity": 1}]}


def test_64_open_files_are_too_few_and_the_start_says_so(litestar: Start, folder: Path) -> None:
    limit = ("prlimit", "--nofile=64")
    shop = litestar("run", under=limit, SHOP_PORT="0", SHOP_DATA_DIR=str(folder / "data"))
    code, said = shop.ended()
    assert (code, said) == (
        1,
        f"The limit of open files is 64; allow {LEAST} (ulimit -n {LEAST}).\n",
    )
    assert not (folder / "data" / "postgres").exists()


def test_at_the_least_limit_clients_wait_and_orders_are_sent(
    litestar: Start, data_dir: Path
) -> None:
    """Connections that would take the last files are not accepted until others are closed."""
    limit = ("prlimit", f"--nofile={LEAST}")
    shop = litestar("run", under=limit, SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir))
    address = shop.address()
    with httpx.Client(base_url=address, timeout=TIMEOUT, headers=ALICE) as alice, ExitStack() as s:
        assert alice.get("/readyz").status_code == 200
        idle = [s.enter_context(Raw(address)) for _ in range(LEAST)]
        for _ in range(20):
            order = alice.post("/api/v1/orders", json=ORDER)
            assert (order.status_code, order.json()["delivery"]) == (201, "sent")
        del idle
    shop.terminate()
    code, said = shop.ended()
    assert code == 0, said
    assert "Traceback" not in said


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 160 MB, which PostgreSQL fills by less than half."""
    disk = folder / "disk"
    disk.mkdir()
    size = ("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(disk))
    if subprocess.run(size, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    rest = disk / "rest"
    with rest.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return rest


class Staff(httpx.Client):
    """A member of staff who is signed in, and sends files."""

    def __init__(self, address: str) -> None:
        super().__init__(base_url=address, timeout=TIMEOUT)

    def sign_in(self) -> None:
        self.post("/login", data={"username": "admin", "password": "admin-demo"})
        self.get("/admin/")

    def picture(self, side: int) -> int:
        """Uploads one of `side` by `side` pixels."""
        return self.post(
            "/admin/api/media/",
            files={"file": ("a.jpg", photograph(size=(side, side)), "image/jpeg")},
            data={"table_name": "products", "column_name": "picture"},
            headers={"X-CSRFToken": self.cookies["csrftoken"]},
        ).status_code

    def products(self, size: int) -> int:
        """Uploads a file of `size` bytes."""
        form = self.get("/staff/products/import").text
        return self.post(
            "/staff/products/import",
            files={"file": ("a.csv", b" " * size, "text/csv")},
            data={name: re.findall(f'name="{name}" value="([^"]+)"', form)[0] for name in KEYS},
        ).status_code


def test_a_full_disk_is_503_until_there_is_space(litestar: Start, folder: Path) -> None:
    """The database's, that of the pictures, and the temporary one."""
    with small_disk(folder) as disk:
        (disk / "tmp").mkdir(mode=0o777)
        places = {"SHOP_DATA_DIR": str(disk / "data"), "TMPDIR": str(disk / "tmp")}
        shop = litestar("run", SHOP_PORT="0", SHOP_RATE_LIMITS="off", **places)
        address = shop.address()
        with (
            httpx.Client(base_url=address, timeout=TIMEOUT, headers=ALICE) as alice,
            Staff(address) as staff,
        ):
            staff.sign_in()
            assert staff.picture(900) == 200
            assert staff.products(3_000_000) == 400  # no table
            rest = fill(disk)
            assert [staff.picture(300), staff.picture(2400)] == [503, 503]
            assert staff.products(3_000_000) == 503
            orders = [alice.post("/api/v1/orders", json=ORDER) for _ in range(50)]
            assert {order.status_code for order in orders} <= {201, 503}
            assert orders[-1].headers["retry-after"] == "2"
            assert alice.get("/").status_code == 200
            rest.unlink()
            assert alice.post("/api/v1/orders", json=ORDER).status_code == 201
            assert staff.picture(2400) == 200
            assert list((disk / "data/media").glob(".*")) == []
        audit = litestar("audit", **places).ended()
        shop.terminate()
        code, said = shop.ended()
    assert audit[0] == 0, audit[1]
    assert code == 0, said
    assert "Traceback" not in said


def test_it_runs_on_a_read_only_root_without_a_home(litestar: Start, folder: Path) -> None:
    """Only the data folder and the temporary one can be written to, as in a container."""
    read_only = (
        f'mount --bind {folder} {folder} && mount -o remount,ro,bind / && unset HOME && exec "$@"'
    )
    under = ("unshare", "--mount", "sh", "-c", read_only, "sh")
    if subprocess.run([*under, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    (folder / "tmp").mkdir()
    places = {"SHOP_DATA_DIR": str(folder / "data"), "TMPDIR": str(folder / "tmp")}
    with embedded_database(folder / "database") as url:
        database = {"DATABASE_URL": url, "SHOP_SECRET": "s" * 32}
        shop = litestar("run", under=under, SHOP_PORT="0", SHOP_WORKERS="2", **database, **places)
        assert httpx.get(f"{shop.address()}/readyz", timeout=TIMEOUT).status_code == 200
        shop.terminate()
        code, said = shop.ended()
    assert code == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["run", "migrate", "audit"])
def test_a_data_folder_that_became_read_only_is_one_line(
    litestar: Start, data_dir: Path, command: str
) -> None:
    """After a start, as a file system is mounted again after an error."""
    with embedded_database(data_dir):
        assert litestar("migrate", SHOP_DATA_DIR=str(data_dir)).ended()[0] == 0
    read_only = f"mount --bind {data_dir} {data_dir} && mount -o remount,ro,bind {data_dir}"
    under = ("unshare", "--mount", "sh", "-c", f'{read_only} && exec "$@"', "sh")
    if subprocess.run([*under, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    code, said = litestar(command, under=under, SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir)).ended()
    reason = f"SHOP_DATA_DIR: {data_dir}/lock cannot be written to (Read-only file system).\n"
    assert (code, said) == (1, reason)


@pytest.mark.parametrize("database", ["embedded", "external"])
def test_a_data_folder_that_cannot_be_written_to_is_one_line(
    litestar: Start, data_dir: Path, folder: Path, database: str
) -> None:
    """Of a shop with two workers, which keep their metrics there."""
    read_only = f'mount -t tmpfs -o ro tmpfs {folder} && exec "$@"'
    under = ("unshare", "--mount", "sh", "-c", read_only, "sh")
    if subprocess.run([*under, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    with embedded_database(data_dir) as url:
        external = {"DATABASE_URL": url, "SHOP_SECRET": "s" * 32}
        code, said = litestar(
            "run",
            under=under,
            SHOP_PORT="0",
            SHOP_WORKERS="2",
            SHOP_DATA_DIR=str(folder / "data"),
            **(external if database == "external" else {}),
        ).ended()
    assert code in (1, 2)
    assert len(said.splitlines()) == 1, said
    assert str(folder) in said
