"""The fault run: load from several processes while the shop's parts are killed, then a check of the
books (`make faults MINUTES=n`). docs/reliability.md says what it proves."""
