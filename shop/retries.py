"""Rows that are sent until they are accepted or given up: the SQL that both outboxes share."""

DUE = """sent_at IS NULL AND given_up_at IS NULL AND due_at <= now()
                    AND (leased_until IS NULL OR leased_until <= now())"""
"""Whether a row is due, and no other sender holds its lease."""

RESULT = """
            sent_at = CASE WHEN result.accepted THEN now() END,
            given_up_at = CASE WHEN NOT result.accepted AND result.pause IS NULL THEN now() END,
            due_at = COALESCE(now() + result.pause, m.due_at),
            last_answer = result.answer,
            attempts = m.attempts + 1,
            lease_token = NULL,
            leased_until = NULL"""
"""What the `result` of a try changes in the row `m`; its lease ends."""
