"""The caches of a process, and their cache invalidation. All are optional, and bounded in bytes.

- `pages`: whole responses for guests (pages and JSON of the catalogue). Valid while the database's
  snapshot, or what their queries find, is unchanged. A hit costs 0.02 ms instead of 4 (processor
  time); revalidation 0.05 to 0.4.
- `fragments`: parts of pages that many users share, such as a product's card. Valid for ever: they
  depend only on their arguments. Saves 0.25 ms a card, 24 cards a page.
- `shop/catalogue/list_cache.py`: lists of products for signed-in users, without their likes. Valid
  while the snapshot is unchanged, which each request checks. Saves a query of 1 ms.
- `rendered`: lists, cart, receipts and checkouts as whole pages for one session, compressed. Valid
  for ever: the key has all that such a page shows, which each request reads. Saves 0.7 ms when a
  user comes back.
- Browsers: static files for ever, by their digest; a page's ETag for guests (304).
"""
