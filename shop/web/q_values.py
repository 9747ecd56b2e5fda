"""Lists with weights, as Accept-Language and Accept-Encoding are (RFC 9110, 12.4.2)."""

MAX_HEADER_LENGTH = 200  # characters of a header that are read


def parse_q_values(header: str) -> list[tuple[float, str]]:
    """Each entry in small letters, with its weight, which is 1 where none is given.

    Left out: an entry whose weight is no number, and what goes beyond an honest header's length.
    """
    found = []
    for part in header[:MAX_HEADER_LENGTH].split(","):
        name, _, weight = part.replace(" ", "").lower().partition(";q=")
        try:
            found.append((float(weight or 1), name))
        except ValueError:
            continue
    return found
