"""What staff did: written in the transaction of what it describes."""
