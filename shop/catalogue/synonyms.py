"""Words that mean the same to shoppers, as staff keep them: groups of words, one a line."""

from collections.abc import Iterator, Mapping, Sequence

from shop.errors import N_, FieldError, InvalidInput
from shop.products.normal_form import normalised

Synonyms = Mapping[str, Sequence[str]]
"""The other words of its group, in normal form, for each word."""
NONE: Synonyms = {}
MAX_GROUPS = 200
MAX_GROUP = 8
"""Words of a group: each is one more search."""
MAX_WORD = 40  # characters


def in_other_words(words: list[str], synonyms: Synonyms) -> Iterator[list[str]]:
    """The search with one of its words replaced, for each synonym."""
    for place, word in enumerate(words):
        for other in synonyms.get(word, ()):
            yield [*words[:place], other, *words[place + 1 :]]


def synonyms_of(groups: Sequence[Sequence[str]]) -> Synonyms:
    """A word of several groups has the others of all of them."""
    found: dict[str, list[str]] = {}
    for group in groups:
        words = list(dict.fromkeys(map(normalised, group)))
        for word in words:
            others = found.setdefault(word, [])
            others += [other for other in words if other != word and other not in others]
    return {word: others[: MAX_GROUP - 1] for word, others in found.items()}


def read_groups(text: str) -> list[list[str]]:
    """The groups of a form: a line for each, its words between equals signs or commas. Raises
    InvalidInput with the first line that is wrong."""
    groups = []
    for number, line in enumerate(text.splitlines(), 1):
        words = [word.strip() for word in line.replace(",", "=").split("=") if word.strip()]
        if words:
            _check(words, number)
            groups.append(words)
    if len(groups) > MAX_GROUPS:
        message = N_("There can be up to %(max)s lines.")
        raise InvalidInput(FieldError("words", message, {"max": MAX_GROUPS}))
    return groups


def _check(words: list[str], number: int) -> None:
    known = {normalised(word) for word in words}
    if len(known) < 2 or "" in known or len(words) > MAX_GROUP:
        message = N_("Line %(line)s: please enter 2 to %(max)s different words.")
        raise InvalidInput(FieldError("words", message, {"line": number, "max": MAX_GROUP}))
    if any(len(word) > MAX_WORD or " " in word for word in words):
        message = N_("Line %(line)s: words have no spaces and up to %(max)s characters.")
        raise InvalidInput(FieldError("words", message, {"line": number, "max": MAX_WORD}))
