"""HAProxy and PgBouncer, with the configurations of `deploy/`, and their substitutes."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.parts import ROOT, TIMEOUT, wait_until
from tests.nodes.balancer import Balancer
from tests.nodes.databases import Databases, Host

SHOP = """
defaults
    mode http
    timeout connect 2s
    timeout client 90s
    timeout server 90s
    timeout check 3s

listen shop
    bind 127.0.0.1:{port}
    option httpchk GET /readyz
    option redispatch 1
    retry-on conn-failure
    default-server inter 500ms fall 2 rise 1
"""


def are_installed() -> bool:
    return bool(shutil.which("haproxy") and shutil.which("pgbouncer"))


@contextmanager
def pooled(
    folder: Path, databases: Databases, way: Callable[[Host], str] = lambda host: host.address
) -> Iterator[str]:
    """The DSN of a PgBouncer in transaction mode, before an HAProxy that leads to the primary;
    `way` is where HAProxy finds a database."""
    to_primary, pooler = free_port(), free_port()
    balancing = (ROOT / "deploy/haproxy-postgres.cfg").read_text()
    balancing = balancing.replace("127.0.0.1:5000", f"127.0.0.1:{to_primary}")
    for number, host in enumerate(databases.hosts, 11):
        sample = f"10.0.0.{number}:5432 check port 8008"
        assert sample in balancing
        here = f"{way(host)} check addr 127.0.0.1 port {host.role.port}"
        balancing = balancing.replace(sample, here)
    pooling = (ROOT / "deploy/pgbouncer.ini").read_text()
    for sample, here in {
        "port=5000 dbname=pointmall": f"port={to_primary} dbname=pointmall user=postgres",
        "listen_port = 6432": f"listen_port = {pooler}\nunix_socket_dir =",
        "auth_type = scram-sha-256": "auth_type = any",
        "auth_file = /etc/pgbouncer/userlist.txt": "",
    }.items():
        assert sample in pooling
        pooling = pooling.replace(sample, here)
    (folder / "haproxy-postgres.cfg").write_text(balancing)
    (folder / "pgbouncer.ini").write_text(pooling)
    with (
        running(folder, "haproxy", "-db", "-f", str(folder / "haproxy-postgres.cfg")),
        running(folder, "pgbouncer", *unprivileged(), str(folder / "pgbouncer.ini")),
    ):
        wait_until("PgBouncer", lambda: accepts(pooler))
        yield f"postgresql://postgres@127.0.0.1:{pooler}/pointmall"


@contextmanager
def balanced(folder: Path, ports: list[int]) -> Iterator[str]:
    """The URL of an HAProxy before the nodes on these ports."""
    port = free_port()
    servers = [f"    server node{n} 127.0.0.1:{p} check\n" for n, p in enumerate(ports)]
    (folder / "haproxy.cfg").write_text(SHOP.format(port=port) + "".join(servers))
    with running(folder, "haproxy", "-db", "-f", str(folder / "haproxy.cfg")):
        wait_until("HAProxy", lambda: accepts(port))
        yield f"http://127.0.0.1:{port}"


@contextmanager
def balanced_by_the_tests(ports: list[int]) -> Iterator[str]:
    balancer = Balancer(ports)
    try:
        yield balancer.url
    finally:
        balancer.close()


@contextmanager
def running(folder: Path, program: str, *arguments: str) -> Iterator[None]:
    path = shutil.which(program)
    assert path
    with (folder / f"{program}.log").open("ab") as log:
        process = subprocess.Popen([path, *arguments], stdout=log, stderr=log, cwd=folder)
        try:
            yield
        finally:
            process.kill()
            process.wait(TIMEOUT)


def unprivileged() -> list[str]:
    """PgBouncer refuses to run as root."""
    return ["-u", "nobody"] if os.geteuid() == 0 else []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
