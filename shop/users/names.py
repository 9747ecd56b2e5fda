"""What an account is called, however it is typed."""

LONGEST = 100  # as the column; no account's name is as long


def normalised(username: str) -> str:
    """The name as it is stored, looked up and counted by the limits."""
    return username.strip().lower()[:LONGEST]
