"""A shop of two processes, served as `make run` serves it, on the tests' own database."""

import sys
from collections.abc import Iterator

import pytest

from tests.cast import Receiver
from tests.unit.start.conftest import Process

pytest.register_assert_rewrite("tests.unit.proofs.machine")  # so that a failure shows its values

SECRET = "whsec_cG9pbnRtYWxsLXByb29mcy1zZWNyZXQtMzItYnl0ZXM="


@pytest.fixture
def served(database_url: str, receiver: Receiver, pool: None) -> Iterator[str]:
    """The URL of a shop that commits."""
    receiver.forget()
    process = Process(
        "run",
        DATABASE_URL=database_url,
        SHOP_PORT="0",
        SHOP_WORKERS="2",
        SHOP_SECRET="s" * 32,
        SHOP_RATE_LIMITS="off",
        SHOP_DEMO="off",
        SHOP_TRUSTED_GATEWAYS="127.0.0.0/8",
        SHOP_EXTERNAL_URL=receiver.url,
        SHOP_EXTERNAL_SECRET=SECRET,
    )
    try:
        yield process.address()
    finally:
        process.terminate()
        sys.stdout.write(process.ended()[1])  # shown where a test fails
