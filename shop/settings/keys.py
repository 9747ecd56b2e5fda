"""Secrets, and keys that sign messages."""

import base64


def read_secrets(text: str) -> tuple[str, ...]:
    secrets = tuple(text.split())
    if len(secrets) > 2:
        raise ValueError(f"it holds {len(secrets)} secrets, separated by spaces")
    if min(map(len, secrets)) < 32:
        raise ValueError("it is too short" if len(secrets) == 1 else "one of the two is too short")
    if len(set(secrets)) < len(secrets):
        raise ValueError("it holds the same secret twice")
    return secrets


def read_signing_keys(text: str) -> tuple[str, ...]:
    keys = tuple(text.split())
    if len(keys) > 2:
        raise ValueError(f"it holds {len(keys)} keys")
    for key in keys:
        _check_signing_key(key)
    return keys


def _check_signing_key(key: str) -> None:
    if not key.startswith("whsec_"):
        raise ValueError("a key does not begin with whsec_")
    try:
        size = len(base64.b64decode(key.removeprefix("whsec_"), validate=True))
    except ValueError:
        raise ValueError("what follows whsec_ is not base64") from None
    if not 24 <= size <= 64:
        raise ValueError(f"a key has {size} bytes")
