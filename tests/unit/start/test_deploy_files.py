"""The configurations in `deploy/`: accepted by their programs where these are installed, with
settings that exist, and the shop behind them is the one that its documents promise."""

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from shop.settings.secret_files import SECRET_FILES
from shop.settings.table import SETTINGS
from shop.start.staff_routes import STAFF_PAGES
from tests.unit.start.conftest import ROOT, TIMEOUT, Process

Start = Callable[..., Process]
DEPLOY = ROOT / "deploy"
FILES = sorted(path.name for path in DEPLOY.iterdir())
UNITS = [name for name in FILES if name.endswith((".service", ".timer"))]
SHOP = "shop.example"


def need(program: str) -> str:
    found = shutil.which(
        program, path="/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
    )
    return found or pytest.skip(f"{program} is not installed")


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", FILES)
def test_the_settings_in_it_exist(name: str) -> None:
    known = {setting.name for setting in SETTINGS} | SECRET_FILES.keys()
    named = re.findall(r"\b(?:SHOP|DATABASE)_[A-Z_]*[A-Z]\b", (DEPLOY / name).read_text())
    assert set(named) <= known


@pytest.mark.parametrize("name", FILES)
def test_operations_lead_to_it(name: str) -> None:
    documents = [ROOT / "docs/operations.md", *(ROOT / "docs").glob("deploy*.md")]
    assert any(f"deploy/{name}" in document.read_text() for document in documents)


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("nginx.conf", r"location /staff/ \{\s+client_max_body_size (\d+)m;"),
        ("Caddyfile", r"request_body @staff \{\s+max_size (\d+)MB"),
        ("kubernetes.yaml", r"proxy-body-size: (\d+)m"),
    ],
)
def test_a_proxy_passes_on_the_largest_file_of_staff(name: str, limit: str) -> None:
    limits = [
        handler.request_max_body_size
        for page in STAFF_PAGES
        for handler in vars(page).values()
        if isinstance(handler, HTTPRouteHandler)
    ]
    largest = max(size for size in limits if isinstance(size, int))
    found = re.search(limit, (DEPLOY / name).read_text())
    assert found
    assert int(found[1]) * 1_000_000 > largest > 100_000_000


@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_the_unit(folder: Path, name: str) -> None:
    program = need("systemd-analyze")
    for unit in UNITS:
        text = (DEPLOY / unit).read_text()
        (folder / unit).write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
    run(program, "verify", str(folder / name))


@pytest.fixture
def certificate(folder: Path) -> Path:
    """Certificate and key in one file."""
    path = folder / "shop.example.pem"
    key = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    name = ("-subj", f"/CN={SHOP}", "-days", "2")
    parts = [folder / "key", folder / "certificate"]
    run(need("openssl"), *key, *name, "-keyout", str(parts[0]), "-out", str(parts[1]))
    path.write_text("".join(part.read_text() for part in parts))
    return path


Ports = dict[str, int]


@pytest.fixture
def ports() -> Ports:
    with (
        socket.create_server(("127.0.0.1", 0)) as shop,
        socket.create_server(("127.0.0.1", 0)) as plain,
        socket.create_server(("127.0.0.1", 0)) as tls,
    ):
        numbers = [listener.getsockname()[1] for listener in (shop, plain, tls)]
    return dict(zip(("shop", "plain", "tls"), numbers, strict=True))


def here(name: str, certificate: Path, ports: Ports) -> str:
    """The configuration, with the paths and ports of this test."""
    text = (DEPLOY / name).read_text()
    for sample, found in {
        "127.0.0.1:8000": f"127.0.0.1:{ports['shop']}",
        "/srv/pointmall/static": str(ROOT / "static"),
        "/etc/ssl/shop.example/fullchain.pem": str(certificate),
        "/etc/ssl/shop.example/privkey.pem": str(certificate),
        "/etc/ssl/shop.example.pem": str(certificate),
        "listen 443": f"listen 127.0.0.1:{ports['tls']}",
        "listen 80": f"listen 127.0.0.1:{ports['plain']}",
        "bind :443": f"bind 127.0.0.1:{ports['tls']}",
        "bind :80": f"bind 127.0.0.1:{ports['plain']}",
    }.items():
        text = text.replace(sample, found)
    return text


def nginx(folder: Path, certificate: Path, ports: Ports) -> list[str]:
    (folder / "pointmall.conf").write_text(here("nginx.conf", certificate, ports))
    paths = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/log; user root;\n"
        f"events {{}}\nhttp {{ access_log off;\n{paths}include {folder}/pointmall.conf; }}\n"
    )
    return [need("nginx"), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]


def haproxy(folder: Path, certificate: Path, ports: Ports) -> list[str]:
    (folder / "haproxy.cfg").write_text(here("haproxy.cfg", certificate, ports))
    return [need("haproxy"), "-db", "-f", str(folder / "haproxy.cfg")]


def test_haproxy_accepts_the_one_before_the_database() -> None:
    run(need("haproxy"), "-c", "-f", str(DEPLOY / "haproxy-postgres.cfg"))


def test_caddy_accepts_its_file() -> None:
    run(need("caddy"), "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile"))


def accepts(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as proxy:
        try:
            while not accepts(port):
                assert proxy.poll() is None, "it did not start"
            yield
        finally:
            proxy.terminate()


@pytest.mark.parametrize("proxy", [nginx, haproxy])
def test_the_shop_behind_it(
    litestar: Start,
    data_dir: Path,
    folder: Path,
    certificate: Path,
    ports: Ports,
    proxy: Callable[[Path, Path, Ports], list[str]],
) -> None:
    command = proxy(folder, certificate, ports)
    shop = litestar(
        "run",
        SHOP_PORT=str(ports["shop"]),
        SHOP_DATA_DIR=str(data_dir),
        SHOP_HTTPS="on",
        SHOP_PUBLIC_URL=f"https://{SHOP}",
        SHOP_TRUSTED_PROXIES="127.0.0.1",
    )
    shop.address()
    trusting = ssl.create_default_context(cafile=str(certificate))
    with running(command, ports["tls"]), httpx.Client(verify=trusting, timeout=TIMEOUT) as client:
        check(client, ports)
        shop.terminate()
        shop.ended()
        away = ask(client, ports, "GET", "/")
        assert (away.status_code, away.headers["retry-after"]) == (503, "5")
        assert away.text == (ROOT / "static/unavailable.html").read_text()


def check(client: httpx.Client, ports: Ports) -> None:
    page = answer(client, ports, "GET", "/")
    assert page.status_code == 200
    assert f"https://{SHOP}/" in page.text
    assert "strict-transport-security" in page.headers
    forged = {"X-USER-ID": "1", "X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
    like = answer(client, ports, "POST", "/api/v1/products/7/likes", **forged)
    assert like.status_code == 401, like.text
    assert answer(client, ports, "GET", "/metrics", **forged).status_code == 404
    plain = {"Host": SHOP}
    address = f"http://127.0.0.1:{ports['plain']}"
    moved = client.get(f"{address}/cart?a=1", headers=plain)
    assert (moved.status_code, moved.headers["location"]) == (301, f"https://{SHOP}/cart?a=1")
    assert client.get(f"{address}/api/v1/products", headers=plain).status_code == 403


def answer(
    client: httpx.Client, ports: Ports, method: str, path: str, **headers: str
) -> httpx.Response:
    """Of the shop: a proxy may not yet know that it is ready."""
    while (response := ask(client, ports, method, path, **headers)).status_code == 503:
        pass
    return response


def ask(
    client: httpx.Client,
    ports: Ports,
    method: str,
    path: str,
    **headers: str,
) -> httpx.Response:
    return client.request(
        method,
        f"https://127.0.0.1:{ports['tls']}{path}",
        headers={"Host": SHOP, **headers},
        extensions={"sni_hostname": SHOP},
    )
