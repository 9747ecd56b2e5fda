"""What staff tell the search."""

from piccolo.columns import BigSerial, Text
from piccolo.constraints import Check
from piccolo.table import Table


class SynonymGroup(Table, tablename="synonym_groups"):
    """Words that mean the same, as typed, with an equals sign between them."""

    id = BigSerial(primary_key=True)
    words = Text(null=False)

    synonym_groups_of_several = Check("words LIKE '_% = %_'")
