"""A search runs in stages: matches in names first, then in categories, then in descriptions. In
lists by price or likes, which rank by something else, these are one stage. If nothing is found, the
last syllable may be half typed, and after that a word may have a typo. Synonyms that staff edit are
searched in names, together with the typed words."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from shop.catalogue.lists import Sort
from shop.catalogue.search import (
    EVERYTHING,
    SearchStrategy,
    SqlFragment,
    all_of,
    by_guesses,
    by_names,
    by_texts,
    has_value,
)
from shop.catalogue.synonyms import NONE, Synonyms, in_other_words
from shop.products.facets import CATEGORY
from shop.products.normal_form import normalised, words_in
from shop.products.terms import as_typed, half_typed, words_of
from shop.products.typos import Guess, guesses

MAX_WORDS = 5
MAX_CATEGORIES = 10
"""Categories a search may name; a word that more of them begin with names none."""
LAST_RESORT = 4
"""The index of the first stage for searches without other results: the last syllable half typed;
after it, one typo in a word."""
MOST_GUESSED = 2
"""Words of a search in which a typo is looked for."""


class Source(NamedTuple):
    """A strategy, applied to the lists of these categories; without any, to the current list."""

    strategy: SearchStrategy
    slugs: tuple[str, ...] = ()

    @property
    def predicate(self) -> SqlFragment:
        predicate = self.strategy.row_predicate
        if not self.slugs:
            return predicate
        return all_of([predicate, has_value(CATEGORY, self.slugs)])


Stage = list[Source]


def stages_of(
    text: str,
    categories: Sequence[dict[str, str]],
    within: str,
    sort: Sort,
    synonyms: Synonyms = NONE,
) -> list[Stage]:
    """The stages of a search in the category `within`, or in all where it is empty.

    Words that name a category (in either language) select it; the others are searched in it.
    Without words there is one stage, with all products.
    """
    words = words_of(text, MAX_WORDS)
    if not words:
        return [[Source(EVERYTHING)]]
    slugs, rest = _named(words, categories)
    slugs = tuple(slug for slug in slugs if within in ("", slug))
    stages = [
        [
            Source(by_names([as_typed(word) for word in meant]))
            for meant in (words, *in_other_words(words, synonyms))
        ],
        [Source(by_names([as_typed(word) for word in rest]) if rest else EVERYTHING, slugs)],
        [Source(by_texts(words))],
        [Source(by_texts(rest), slugs)] if rest else [],
    ]
    if not slugs:
        stages[1] = stages[3] = []
    usual = [*_apart(stages)] if sort == "newest" else [[*chain(*stages)], [], [], []]
    return [*usual, _half_typed(words), _with_a_typo(words)]


def categories_named(text: str, categories: Sequence[dict[str, str]]) -> tuple[str, ...]:
    """The slugs of the categories that a search names."""
    return _named(words_of(text, MAX_WORDS), categories)[0]


def _named(
    words: list[str], categories: Sequence[dict[str, str]]
) -> tuple[tuple[str, ...], list[str]]:
    """The categories that all category words in the search name, and its other words."""
    known = {one["slug"]: _words_of(one["name"], one["name_en"]) for one in categories}
    named = {
        word: {slug for slug, texts in known.items() if _begins(word, texts)} for word in words
    }
    slugs = set.intersection(*filter(None, named.values())) if any(named.values()) else set()
    if not 0 < len(slugs) <= MAX_CATEGORIES:
        return (), words
    return tuple(sorted(slugs)), [word for word in words if not named[word]]


@lru_cache(1_000)
def _words_of(name: str, name_en: str) -> frozenset[str]:
    names = {normalised(name), normalised(name_en)} - {""}
    return frozenset(words_in(name) | words_in(name_en) | names)


def _begins(word: str, texts: frozenset[str]) -> bool:
    pattern = re.compile(as_typed(word).pattern)
    return any(map(pattern.match, texts))


def _apart(stages: list[Stage]) -> Iterator[Stage]:
    """The stages, each without the results of those before it."""
    before: list[SqlFragment] = []
    for stage in stages:
        yield [source._replace(strategy=source.strategy.excluding(before)) for source in stage]
        before += [source.predicate for source in stage]


def _half_typed(words: list[str]) -> Stage:
    *others, last = words
    rest = half_typed(last)
    return [Source(by_names([*map(as_typed, others), rest]))] if rest else []


def _with_a_typo(words: list[str]) -> Stage:
    """Each word as typed, or with one typo corrected."""
    guessed = [guesses(word) for word in words]
    if len(words) > MOST_GUESSED or not any(guessed):
        return []
    exact = [[Guess(as_typed(word).all_terms, as_typed(word).pattern)] for word in words]
    return [
        Source(by_guesses([*exact[:place], several, *exact[place + 1 :]]))
        for place, several in enumerate(guessed)
        if several
    ]
