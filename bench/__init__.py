"""How fast the shop is, beside what the database and the server allow. See README.md."""
