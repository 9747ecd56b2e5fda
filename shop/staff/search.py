"""Search words of staff in SQL."""

import re


def containing(words: str) -> str:
    """The ILIKE pattern of texts that contain `words`; `%` and `_` have no meaning in it."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", words) + "%"
