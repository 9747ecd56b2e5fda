"""What the owner chose; without a row, everything is as `shop/site.py` says."""

from piccolo.columns import BigInt, Boolean, SmallInt, Varchar
from piccolo.constraints import Check
from piccolo.table import Table


class SiteSettings(Table, tablename="site_settings"):
    """One row."""

    id = SmallInt(primary_key=True, default=1)
    name_ko = Varchar(length=40, null=False)
    name_en = Varchar(length=40, null=False)
    points_ko = Varchar(length=20, null=False)
    point_en = Varchar(length=20, null=False)
    points_en = Varchar(length=20, null=False)
    symbol = Varchar(length=8, null=False)
    accent_light = Varchar(length=7, null=False, default="")
    accent_dark = Varchar(length=7, null=False, default="")
    logo = Varchar(length=60, null=False, default="")
    time_zone = Varchar(length=60, null=False)
    welcome_points = BigInt(null=True, default=None)
    sign_up = Varchar(length=10, null=False)
    members_only = Boolean(null=False, default=False)

    site_settings_one_row = Check("id = 1")
    site_settings_words_filled = Check(
        "'' NOT IN (name_ko, name_en, points_ko, point_en, points_en, symbol)"
    )
    site_settings_colours = Check(
        "accent_light ~ '^(#[0-9a-f]{6})?$' AND accent_dark ~ '^(#[0-9a-f]{6})?$'"
    )
    site_settings_welcome_in_range = Check("welcome_points BETWEEN 0 AND 1000000000")
    site_settings_sign_up_known = Check("sign_up IN ('open', 'invitation', 'off')")
