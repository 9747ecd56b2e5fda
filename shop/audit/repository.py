"""The only place that writes `audit_results`."""

from collections.abc import Iterable

import asyncpg

from shop.audit.proofs import Finding


async def save_results(connection: asyncpg.Connection, findings: Iterable[Finding]) -> None:
    """Over the connection of the audit, which has no statement timeout."""
    await connection.executemany(
        "INSERT INTO audit_results (proof, checked, wrong, ran_at) VALUES ($1, $2, $3, now()) "
        "ON CONFLICT (proof) DO UPDATE SET checked = EXCLUDED.checked, wrong = EXCLUDED.wrong, "
        "ran_at = EXCLUDED.ran_at",
        [(finding.proof.name, finding.checked, finding.wrong) for finding in findings],
    )
