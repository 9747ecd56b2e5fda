"""Quality values of Accept-Language and Accept-Encoding (RFC 9110, 12.4.2)."""

MAX_HEADER_LENGTH = 200  # characters of a header that are read


def parse_q_values(header: str) -> list[tuple[float, str]]:
    """Each entry in lower case with its weight, 1 by default.

    Ignores entries whose weight is not a number, and everything beyond MAX_HEADER_LENGTH.
    """
    found = []
    for part in header[:MAX_HEADER_LENGTH].split(","):
        name, _, weight = part.replace(" ", "").lower().partition(";q=")
        try:
            found.append((float(weight or 1), name))
        except ValueError:
            continue
    return found
