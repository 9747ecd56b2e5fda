"""The invariants of the books, each as a query for its exceptions. `checked` counts the rows
checked; `wrong` finds every exception and describes it in a column `problem`."""

from shop.audit.proofs.keys import KEYS
from shop.audit.proofs.likes import LIKES
from shop.audit.proofs.messages import MESSAGES
from shop.audit.proofs.orders import ORDERS
from shop.audit.proofs.points import POINTS
from shop.audit.proofs.proof import Finding, Proof
from shop.audit.proofs.search import SEARCH
from shop.audit.proofs.staff import STAFF
from shop.audit.proofs.stock import STOCK

__all__ = ["PROOFS", "Finding", "Proof"]

PROOFS = (*POINTS, *STOCK, *LIKES, *ORDERS, *MESSAGES, *KEYS, *STAFF, *SEARCH)
