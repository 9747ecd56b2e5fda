"""The staff side of the shop: Piccolo Admin behind a door of our own."""
