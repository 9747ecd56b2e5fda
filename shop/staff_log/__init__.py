"""The audit log of staff: each row is written in the transaction of the change that it
describes."""
