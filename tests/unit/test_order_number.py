"""The number of an order that people read is made of its id, and leads back to it."""

import re

import pytest

from shop.order_number import order_named, order_number, order_of_number, typed_digits
from shop.paging import MAX_INT

EDGES = [1, 9 * 10**7 - 1, 9 * 10**7, 9 * 10**11, 9 * 10**15, MAX_INT]


@pytest.mark.parametrize("order_id", [*range(1, 30), *EDGES])
def test_a_number_leads_back_to_its_order(order_id: int) -> None:
    number = order_number(order_id)
    assert re.fullmatch(r"[1-9]\d{3}(-\d{4}){1,4}", number)
    assert order_of_number(number.replace("-", "")) == order_id


def test_numbers_stay_what_they_are() -> None:
    """They are in mails and on parcels: a change of the formula would make them lead elsewhere."""
    numbers = [order_number(n) for n in (1, 2, 90_000_000)]
    assert numbers == ["9898-6219", "7078-9620", "4061-1718-2818"]


def test_no_two_orders_have_the_same_number() -> None:
    assert len({order_number(n) for n in range(1, 100_000)}) == 99_999


@pytest.mark.parametrize(
    "typed",
    [
        "7078-9620",
        "70789620",
        "#7078 9620",
        "7078\N{EN DASH}9620",
        "\uff17\uff10\uff17\uff18\uff0d\uff19\uff16\uff12\uff10",
        "2",
    ],
)
def test_an_order_is_found_however_its_number_is_typed(typed: str) -> None:
    assert order_named(typed) == 2


@pytest.mark.parametrize(
    "typed", ["", "mug", "0078-9620", "7078-96201", "12345678901", "9" * 20, "9" * 400, "-"]
)
def test_another_text_names_no_order(typed: str) -> None:
    assert order_named(typed) is None


def test_digits_of_another_script_are_no_number() -> None:
    assert typed_digits("\N{ARABIC-INDIC DIGIT ONE}" * 8) == ""
