"""Balances and their entries."""

from shop.audit.proofs.proof import Proof

POINTS = (
    Proof(
        "balances",
        "each balance is the sum of its entries",
        "SELECT count(*) FROM point_balances",
        """
        SELECT format('user %s: balance %s, entries sum to %s', id, balance, entries) AS problem
        FROM (
            SELECT u.id, COALESCE(b.balance, 0) AS balance,
                   COALESCE((SELECT sum(e.amount) FROM point_entries e WHERE e."user" = u.id), 0)
                   AS entries
            FROM users u LEFT JOIN point_balances b ON b."user" = u.id
        ) found WHERE balance <> entries
        """,
    ),
    Proof(
        "balance-chain",
        "each entry's balance follows from the one before",
        "SELECT count(*) FROM point_entries",
        """
        SELECT format('entry %s of user %s: %s %s is not %s', id, "user", before, amount,
                      balance_after) AS problem
        FROM (
            SELECT id, "user", amount, balance_after, COALESCE(
                lag(balance_after) OVER (PARTITION BY "user" ORDER BY id), 0) AS before
            FROM point_entries
        ) found WHERE before + amount <> balance_after
        """,
    ),
)
