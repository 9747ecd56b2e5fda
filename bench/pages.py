"""Pages as browsers ask for them: what is asked, and how an answer is known to be right."""

import gzip
import random
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote_plus

import brotli
import zstandard

from bench.client import Answer, Check, Connection, Turn, WrongAnswer, connected
from bench.fill import Scale
from bench.goods import product, searches

BROWSER = (
    "Accept: text/html\r\nAccept-Language: ko\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
)
DECODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"": bytes,
    b"br": brotli.decompress,
    b"gzip": gzip.decompress,
    b"zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


class Visit(NamedTuple):
    """One address, as somebody asks for it, and words that its page holds. No cookie: a guest."""

    path: str
    words: str
    cookie: str = ""

    @property
    def headers(self) -> str:
        return BROWSER + (f"Cookie: {self.cookie}\r\n" if self.cookie else "")

    @property
    def check(self) -> Check:
        words = self.words.encode()
        return lambda answer: answer.status == 200 and words in decoded(answer)


def decoded(answer: Answer) -> bytes:
    return DECODERS[answer.header(b"content-encoding")](answer.body)


def session(user_id: int) -> str:
    """The cookie of a user whom the fill has signed in."""
    return f"id=bench-{user_id}"


def catalogue(_: Scale) -> list[Visit]:
    return [Visit("/", 'href="/products/')]


def catalogue_signed_in(scale: Scale) -> list[Visit]:
    """A hundred users with likes; their pages have forms with a token in them."""
    return [Visit("/", "_csrf_token", session(user)) for user in _some(scale.users, 100)]


def product_page(scale: Scale) -> list[Visit]:
    """Every product alike, or 10,000 of them where there are more."""
    return [Visit(f"/products/{id_}", product(id_)[2]) for id_ in _some(scale.products, 10_000)]


def search(scale: Scale) -> list[Visit]:
    """By users, because what guests have searched for is kept ready for the next."""
    return [
        Visit(
            f"/api/v1/products?q={quote_plus(words)}",
            words.split()[1],
            session(1 + number % scale.users),
        )
        for number, words in enumerate(searches())
    ]


def _some(last: int, count: int) -> list[int]:
    """Ids from 1 to `last`, all where there are no more than `count`."""
    return random.Random(last).sample(range(1, last + 1), min(last, count))


def visiting(visits: list[Visit]) -> Turn:
    """Goes to one of them, drawn at random."""
    chance = random.Random(len(visits))

    async def turn(connection: Connection) -> None:
        visit = chance.choice(visits)
        await connection.ask("GET", visit.path, visit.headers, check=visit.check)

    return turn


class Sample(NamedTuple):
    """What some visits were answered: the first, and the least and most bytes of any."""

    first: Answer
    least: int
    most: int


async def sample(port: int, visits: list[Visit], count: int = 50) -> Sample:
    """Goes to some of them, each looked at in full. Raises WrongAnswer."""
    async with connected(port) as connection:
        answers = [
            await connection.ask("GET", visit.path, visit.headers, check=visit.check)
            for visit in visits[:count]
        ]
    if not answers:
        raise WrongAnswer("there is nothing to visit")
    sizes = [len(answer.body) for answer in answers]
    return Sample(answers[0], min(sizes), max(sizes))
