"""Synonyms of the search, edited by staff, and the best of the week."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Text
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from shop.products.tables import Product


class SynonymGroup(Table, tablename="synonym_groups"):
    """Words that mean the same, as typed, with an equals sign between them."""

    id = BigSerial(primary_key=True)
    words = Text(null=False)

    synonym_groups_of_several = Check("words LIKE '_% = %_'")


MOST = 100
"""Rows of `week_bests`: a row of the home page shows 8, without those that are withdrawn."""


class WeekBest(Table, tablename="week_bests"):
    """One of the products that were liked and ordered most in the last seven days, renewed by each
    sweep."""

    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    score = BigInt(null=False)

    week_bests_positive = Check("score > 0")
