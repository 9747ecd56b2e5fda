"""The log of what staff did."""

from piccolo.columns import JSONB, BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from shop.users.tables import User


class StaffAction(Table, tablename="staff_actions"):
    """One action of a member of staff, such as `order.fulfil` on `order:12`; never changed, which
    a trigger sees to, except that values which name an erased person become null.

    `before` and `after` hold what changed, as JSON objects; null where there was nothing.
    """

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow(), null=False)
    actor = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    action = Varchar(length=60, null=False)
    subject = Varchar(length=80, null=False)
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    reason = Varchar(length=500, null=False, default="")


# The last line of defence, behind a repository that only adds rows, and erases values of a person:
# these become null, and nothing else changes.
GUARD = (
    """
    CREATE FUNCTION staff_actions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE'
            AND (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.reason)
                = (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.reason)
            AND NEW.before IS NOT DISTINCT FROM OLD.before || (
                SELECT COALESCE(jsonb_object_agg(key, value), jsonb_build_object())
                FROM jsonb_each(NEW.before) WHERE value = 'null')
            AND NEW.after IS NOT DISTINCT FROM OLD.after || (
                SELECT COALESCE(jsonb_object_agg(key, value), jsonb_build_object())
                FROM jsonb_each(NEW.after) WHERE value = 'null')
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'staff_actions is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER staff_actions_stay BEFORE UPDATE OR DELETE ON staff_actions
    FOR EACH ROW EXECUTE FUNCTION staff_actions_stay()
    """,
)

INDEXES = (
    *GUARD,
    "CREATE INDEX staff_actions_newest ON staff_actions (at, id)",
    "CREATE INDEX staff_actions_of_actor ON staff_actions (actor, at, id)",
    "CREATE INDEX staff_actions_of_action ON staff_actions (action, at, id)",
    "CREATE INDEX staff_actions_of_subject ON staff_actions (subject, id DESC)",
)
