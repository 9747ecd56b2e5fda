"""The only place that writes `synonym_groups`."""

from collections.abc import Sequence
from typing import Any

from shop.catalogue.synonyms import Synonyms, synonyms_of
from shop.catalogue.tables import SynonymGroup
from shop.prepared import compile_once

BETWEEN = " = "


class SynonymRepository:
    async def all(self) -> Synonyms:
        return synonyms_of([row["words"].split(BETWEEN) for row in await _groups()])

    async def lines(self) -> list[str]:
        """The groups as staff see them."""
        return [row["words"] for row in await _groups()]

    async def locked_lines(self) -> list[str]:
        """As `lines`; they do not change until the transaction's end."""
        await SynonymGroup.raw("LOCK TABLE synonym_groups IN SHARE ROW EXCLUSIVE MODE")
        return await self.lines()

    async def replace(self, groups: Sequence[Sequence[str]]) -> None:
        """These groups and no others. They must be locked."""
        await SynonymGroup.delete(force=True)
        if groups:
            await SynonymGroup.insert(
                *(SynonymGroup(words=BETWEEN.join(words)) for words in groups)
            )


@compile_once
def _groups() -> Any:
    return SynonymGroup.select(SynonymGroup.words).order_by(SynonymGroup.id)
