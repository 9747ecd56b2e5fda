"""Several nodes on a primary and a standby, while nodes and the primary fail: `make nodes`."""
