"""The demo: a shop that looks like one, and three people to act out its stories."""
