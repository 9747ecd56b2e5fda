"""Benchmarks: the shop compared with what the database and the server allow. See README.md."""
