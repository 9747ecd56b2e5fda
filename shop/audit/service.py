"""The audit: runs every proof on one snapshot of a live shop and saves the results for the
metrics."""

from contextlib import suppress

import asyncpg

from shop.audit.proofs import PROOFS, Finding, Proof
from shop.audit.repository import save_results
from shop.connect import connect

SHOWN = 20  # exceptions of one proof that are named; all are counted


class Audit:
    """Reads the books over its own connection, without blocking anyone."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def run(self) -> list[Finding]:
        """Runs every proof on one snapshot; saves the results unless the database is read-only."""
        connection = await connect(self._url, statement_cache_size=0)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await connection.execute("SET LOCAL statement_timeout = 0")
                findings = [await _check(connection, proof) for proof in PROOFS]
            with suppress(asyncpg.ReadOnlySQLTransactionError):  # on a standby
                await save_results(connection, findings)
        finally:
            await connection.close()
        return findings


async def _check(connection: asyncpg.Connection, proof: Proof) -> Finding:
    checked = await connection.fetchval(proof.checked)
    rows = await connection.fetch(
        f"SELECT problem, count(*) OVER () AS wrong FROM ({proof.wrong}) exceptions "  # noqa: S608
        f"LIMIT {SHOWN}"
    )
    problems = [row["problem"] for row in rows]
    return Finding(proof, checked, rows[0]["wrong"] if rows else 0, problems)


def report(findings: list[Finding]) -> str:
    """The audit as text, a line for each proof and each exception."""
    lines = []
    for finding in findings:
        mark = "WRONG" if finding.wrong else "ok"
        lines.append(f"{mark:5}  {finding.checked:>10,}  {finding.proof.claim}")
        lines += [f"           {problem}" for problem in finding.problems]
        if finding.wrong > len(finding.problems):
            lines.append(f"           and {finding.wrong - len(finding.problems)} more")
    wrong = sum(finding.wrong for finding in findings)
    lines.append(f"{wrong:,} wrong" if wrong else "The books are right.")
    return "\n".join(lines)
