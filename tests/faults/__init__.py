"""The fault run: load from several processes while the shop's parts are killed, and the books after
it (`make faults MINUTES=n`). What it proves, and what not, stands in docs/reliability.md."""
