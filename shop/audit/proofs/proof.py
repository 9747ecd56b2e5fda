"""A proof, and what it finds."""

from typing import NamedTuple


class Proof(NamedTuple):
    name: str
    claim: str
    checked: str
    wrong: str


class Finding(NamedTuple):
    """The result of one proof: `wrong` exceptions among `checked`, and the first of them."""

    proof: Proof
    checked: int
    wrong: int
    problems: list[str]
