"""Where a product's first picture is."""

PICTURE = "(SELECT p.picture FROM products p WHERE p.id = product)"
"""SQL: the first picture of the product with the id `product`, as it is today."""


def image_url(picture: str | None) -> str | None:
    """The path of a picture on this host."""
    return f"/media/{picture}" if picture else None
