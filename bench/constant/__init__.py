"""The limit of a page: the shop's server, sending constant bytes."""
