"""Titles of columns and names of values in the language of the reader: Piccolo makes them of the
names in the database."""

from collections.abc import Mapping
from typing import Any

from shop.errors import N_
from shop.web.i18n import Language, translate

COLUMNS: Mapping[str, str] = {
    "id": N_("Number"),
    "slug": N_("Address part"),
    "name": N_("Name"),
    "name_en": N_("English name"),
    "position": N_("Place in the menu"),
    "category": N_("Category"),
    "description": N_("Description"),
    "description_en": N_("English description"),
    "price": N_("Price"),
    "picture": N_("Picture"),
    "active": N_("Active"),
    "delivery": N_("Delivery method"),
    "lead": N_("Option of"),
    "label": N_("Option"),
    "label_en": N_("Option in English"),
    "person_limit": N_("Limit for each person"),
    "limit_days": N_("Days of the limit"),
    "on_sale_from": N_("On sale from"),
    "on_sale_until": N_("On sale until"),
    "created_at": N_("Created at"),
    "product": N_("Product"),
    "quantity": N_("Quantity"),
    "amount": N_("Amount"),
    "kind": N_("Kind"),
    "quantity_after": N_("Stock after it"),
    "actor": N_("By"),
    "reason": N_("Reason"),
    "reference": N_("Reference"),
    "like_count": N_("Likes"),
    "listed": N_("In lists"),
    "user": N_("Person"),
    "status": N_("Status"),
    "total": N_("Total"),
    "refunded": N_("Refunded points"),
    "cancelled": N_("Items cancelled"),
    "returned": N_("Items returned"),
    "closed_at": N_("Closed at"),
    "preparing_at": N_("Packing since"),
    "shipped_at": N_("Shipped at"),
    "collected_at": N_("Collected at"),
    "delivered_at": N_("Delivered at"),
    "order": N_("Order"),
    "unit_price": N_("Price of one"),
    "balance": N_("Balance"),
    "balance_after": N_("Balance after it"),
    "message_id": N_("Message id"),
    "type": N_("Type"),
    "subject": N_("Subject"),
    "attempts": N_("Attempts"),
    "last_answer": N_("Last answer"),
    "due_at": N_("Next attempt at"),
    "payload": N_("Content"),
    "content": N_("Content"),
    "language": N_("Language"),
    "lease_token": N_("Lease"),
    "leased_until": N_("Leased until"),
    "change": N_("Change"),
    "sent_at": N_("Accepted at"),
    "given_up_at": N_("Given up at"),
    "username": N_("Username"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "email": N_("E-mail"),
    "employee_no": N_("Employee number"),
    "department": N_("Department"),
    "admin": N_("Opens the admin"),
    "superuser": N_("Superuser"),
    "last_login": N_("Last sign-in"),
}

CHOICES: Mapping[str, Mapping[str, str]] = {
    "status": {
        "paid": N_("To hand over"),
        "preparing": N_("Being packed"),
        "shipped": N_("Shipped"),
        "fulfilled": N_("Fulfilled"),
        "cancelled": N_("Cancelled"),
    },
    "kind": {
        "receive": N_("Restocked"),
        "grant": N_("Points received"),
        "spend": N_("Spent"),
        "refund": N_("Refunded"),
        "adjust": N_("Corrected"),
    },
    "delivery": {
        "parcel": N_("Sent by parcel"),
        "desk": N_("Pick up at the desk"),
        "code": N_("Shown as a code"),
    },
}
KINDS_OF_STOCK = {"receive", "adjust"}


def in_words(schema: dict[str, Any], language: Language) -> dict[str, Any]:
    """The schema of a table, with the titles and choices that the page shows."""
    properties = {
        name: _column(name, column, language, schema.get("title", ""))
        for name, column in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _column(name: str, column: dict[str, Any], language: Language, table: str) -> dict[str, Any]:
    words = CHOICES.get(name, {})
    if name == "kind":
        of_stock = table.startswith("Stock")
        words = {
            value: text
            for value, text in words.items()
            if value == "adjust" or (value in KINDS_OF_STOCK) == of_stock
        }
    choices = {
        value: {"display_name": translate(language, text), "value": value}
        for value, text in words.items()
    }
    extra = column.get("extra", {})
    title = translate(language, COLUMNS[name]) if name in COLUMNS else column.get("title", name)
    return {**column, "title": title, "extra": {**extra, **({"choices": choices} if words else {})}}
