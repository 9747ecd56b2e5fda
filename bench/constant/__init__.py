"""The limit of a page: the shop's own server, sending bytes that it need not work out."""
