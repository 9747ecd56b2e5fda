"""Deterministic product data for a shop of any size."""

from collections.abc import Iterator
from typing import Any, NamedTuple


class CategoryData(NamedTuple):
    """A category and its kinds of products, in Korean and English."""

    slug: str
    name: str
    name_en: str
    nouns: tuple[tuple[str, str], ...]


# fmt: off
CATEGORIES = (
    CategoryData("desk", "사무·문구", "Desk & stationery",
          (("만년필", "fountain pen"), ("노트", "notebook"), ("책상 매트", "desk mat"),
           ("연필꽂이", "pen stand"), ("책갈피", "bookmark"))),
    CategoryData("coffee-tea", "커피·차", "Coffee & tea",
          (("드리퍼", "dripper"), ("주전자", "kettle"), ("머그잔", "mug"),
           ("찻주전자", "teapot"), ("원두 분쇄기", "coffee grinder"))),
    CategoryData("kitchen", "주방", "Kitchen",
          (("프라이팬", "skillet"), ("냄비", "stockpot"), ("도마", "cutting board"),
           ("식칼", "chef knife"), ("보관 용기", "storage box"))),
    CategoryData("home", "생활·홈", "Home",
          (("담요", "throw"), ("벽시계", "wall clock"), ("바구니", "basket"),
           ("수건", "towel"), ("디퓨저", "diffuser"))),
    CategoryData("tech", "디지털", "Tech",
          (("키보드", "keyboard"), ("마우스", "mouse"), ("스피커", "speaker"),
           ("헤드폰", "headphones"), ("보조 배터리", "power bank"))),
    CategoryData("outdoors", "아웃도어·운동", "Outdoors & sports",
          (("텐트", "tent"), ("랜턴", "lantern"), ("배낭", "backpack"),
           ("요가 매트", "yoga mat"), ("물병", "bottle"))),
    CategoryData("food-gifts", "식품·선물", "Food & gifts",
          (("꿀", "honey"), ("초콜릿", "chocolate"), ("참기름", "sesame oil"),
           ("약과", "yakgwa"), ("감귤", "tangerines"))),
    CategoryData("hobby", "취미", "Hobby",
          (("수채 물감", "watercolours"), ("우쿨렐레", "ukulele"), ("퍼즐", "puzzle"),
           ("뜨개 세트", "knitting kit"), ("필름 카메라", "film camera"))),
)
QUALITIES = (
    ("가벼운", "Light"), ("조용한", "Quiet"), ("튼튼한", "Sturdy"), ("휴대용", "Portable"),
    ("수제", "Handmade"), ("친환경", "Sustainable"), ("프리미엄", "Premium"), ("미니", "Mini"),
)
COLOURS = (
    ("베이지", "beige"), ("먹색", "charcoal"), ("남색", "navy"),
    ("연두", "lime"), ("흰색", "white"), ("자두색", "plum"),
)
# fmt: on
COLUMNS = (
    "id",
    "category",
    "name",
    "name_en",
    "description",
    "description_en",
    "price",
)
NOUNS = len(CATEGORIES[0].nouns)


def categories() -> Iterator[tuple[int, str, str, str, int]]:
    """`id`, `slug`, `name`, `name_en`, `position`."""
    for number, category in enumerate(CATEGORIES, 1):
        yield number, category.slug, category.name, category.name_en, number


def product(number: int) -> tuple[Any, ...]:
    """The values of COLUMNS for the product with this id, from 1.

    Consecutive products differ in category, noun, quality and price, so that every page is mixed
    (`bench.fill` can store them by category).
    """
    rest, category = divmod(number, len(CATEGORIES))
    rest, noun = divmod(rest, NOUNS)
    rest, quality = divmod(rest, len(QUALITIES))
    model, colour = divmod(rest, len(COLOURS))
    ko, en = CATEGORIES[category].nouns[noun]
    name = f"{QUALITIES[quality][0]} {COLOURS[colour][0]} {ko} {model + 1}호"
    name_en = f"{QUALITIES[quality][1]} {COLOURS[colour][1]} {en} no. {model + 1}"
    about = f"{name}. 매일 손이 가는 물건을 오래 쓰도록 만들었습니다. 포인트로만 살 수 있습니다."
    about_en = f"{name_en}. Made to be used every day, and for long. Sold for points only."
    return number, category + 1, name, name_en, about, about_en, _price(number)


def _price(number: int) -> int:
    """1,000 to 100,000 points, pseudo-random."""
    return 1_000 + number * 7_919 % 991 * 100


def searches() -> list[str]:
    """Search texts of two words: a quality and a noun."""
    nouns = [ko for category in CATEGORIES for ko, _ in category.nouns]
    return [f"{quality} {noun.split()[-1]}" for quality, _ in QUALITIES for noun in nouns]
