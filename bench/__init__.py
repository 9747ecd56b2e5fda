"""Benchmarks: the shop compared with the limits of the database and the server. See README.md."""
