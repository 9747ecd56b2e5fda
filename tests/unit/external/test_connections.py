"""The connections for messages: reused, replaced when closed, and without a proxy."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shop.external.system import ExternalSystem
from tests.unit.external.conftest import Partner, running

MESSAGE = "the message"
OK = b"HTTP/1.1 200 OK\r\n"
ACCEPTED = OK + b"content-length: 2\r\n\r\nok"
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
LOCALHOST = IPv4Address("127.0.0.1")
ENDLESS = OK + CHUNKED + b"800\r\n" + b"x" * 0x800 + b"\r\n"


class Wire:
    """A partner that sends `answer` to each message, and closes the connection if it is to."""

    url = ""

    def __init__(self, answer: bytes, *, hangs_up: bool = False) -> None:
        self._answer, self._hangs_up = answer, hangs_up
        self.messages: list[int] = []  # that came over each connection
        self.left = asyncio.Event()  # the other end has closed one of them too

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = len(self.messages)
        self.messages.append(0)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(MESSAGE.encode()):
                self.messages[connection] += 1
                writer.write(self._answer)
                if self._hangs_up:
                    writer.write_eof()
        self.left.set()
        writer.close()


@asynccontextmanager
async def serving(wire: Wire) -> AsyncIterator[ExternalSystem]:
    """Closed before the server, which waits for no connection that is still open."""
    server = await asyncio.start_server(wire.meet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, system_at(f"http://127.0.0.1:{port}/") as system:
        yield system
    await wire.left.wait()


@asynccontextmanager
async def system_at(url: str) -> AsyncIterator[ExternalSystem]:
    system = ExternalSystem(url, ("whsec_c2VjcmV0",), 5.0)
    try:
        yield system
    finally:
        await system.close()


async def send(system: ExternalSystem) -> bool:
    return (await system.send("msg_1", MESSAGE)).accepted


async def test_a_connection_is_used_again() -> None:
    wire = Wire(ACCEPTED)
    async with serving(wire) as system:
        assert [await send(system) for _ in range(3)] == [True] * 3
    assert wire.messages == [3]


async def test_a_connection_that_was_closed_meanwhile_is_no_failure() -> None:
    """And nothing is sent twice."""
    wire = Wire(ACCEPTED, hangs_up=True)
    async with serving(wire) as system:
        for _ in range(3):
            assert await send(system)
            await wire.left.wait()
            wire.left.clear()
        assert await send(system)
    assert wire.messages == [1] * 4


async def test_only_the_stored_part_of_a_response_is_read() -> None:
    """An endless response counts as a response, not as a time-out."""
    async with serving(Wire(ENDLESS)) as system:
        reply = await system.send("msg_1", MESSAGE)
    assert reply.accepted
    assert reply.text == "200 " + "x" * 296


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with running(Partner()) as partner:
        async with system_at(partner.url) as system:
            assert await send(system)


async def test_the_error_is_reported() -> None:
    async with system_at("http://127.0.0.1:1/") as system:
        reply = await system.send("msg_1", MESSAGE)
    assert reply.text.startswith("ClientConnectorError: Cannot connect to host 127.0.0.1:1 ")


@pytest.mark.parametrize(
    "url", ["", "example", "ftp://127.0.0.1/", "http://[::", "http://127.0.0.1:1/"]
)
async def test_an_address_that_leads_nowhere_is_no_acceptance(url: str) -> None:
    async with system_at(url) as system:
        reply = await system.send("msg_1", MESSAGE)
    assert not reply.accepted
    assert "Error: " in reply.text


async def test_nothing_is_decompressed() -> None:
    """A small response could become a large one."""
    headers = OK + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\n"
    async with serving(Wire(headers + b"\x1f\x8bzz")) as system:
        reply = await system.send("msg_1", MESSAGE)
    assert reply.accepted
    assert reply.text.endswith("zz")


@pytest.mark.parametrize(
    "response",
    [b"\x00\xff no HTTP\r\n\r\n", OK + b"x: " + b"y" * 100_000 + b"\r\n\r\n", OK + b"\xff\r\n\r\n"],
)
async def test_a_response_without_http_is_no_acceptance(response: bytes) -> None:
    async with serving(Wire(response, hangs_up=True)) as system:
        reply = await system.send("msg_1", MESSAGE)
    assert not reply.accepted
    assert len(reply.text) <= 300
    assert "\x00" not in reply.text
    assert reply.text.encode()


@pytest.mark.parametrize("body", [b"content-length: 9\r\n\r\nok", CHUNKED + b"5\r\nok"])
async def test_a_truncated_response_is_no_acceptance(body: bytes) -> None:
    async with serving(Wire(OK + body, hangs_up=True)) as system:
        reply = await system.send("msg_1", MESSAGE)
    assert not reply.accepted
    assert reply.text.startswith("ClientPayloadError: ")


async def test_a_self_signed_certificate_is_not_accepted(tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(self_signed(tmp_path))
    wire = Wire(ACCEPTED)
    server = await asyncio.start_server(wire.meet, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server, system_at(f"https://127.0.0.1:{port}/") as system:
        reply = await system.send("msg_1", MESSAGE)
    assert reply.text.startswith("ClientConnectorCertificateError: ")
    assert wire.messages in ([], [0])


def self_signed(folder: Path) -> Path:
    """A file with a certificate for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "partner.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOCALHOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "partner.pem"
    key_bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(key_bytes + certificate.public_bytes(Encoding.PEM))
    return file
