"""A short name for a browser, from its User-Agent: for people to recognise, not to be trusted."""

from collections.abc import Sequence

Names = Sequence[tuple[str, str]]

# The first match counts: nearly all browsers claim to be Chrome and Safari too.
BROWSERS: Names = (
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER(", "Naver"),
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Names = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def name_of_browser(user_agent: str | None) -> str:
    """Such as `Chrome, Windows`; empty if unknown."""
    found = (_first(names, user_agent or "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in found if name)


def _first(names: Names, user_agent: str) -> str:
    return next((name for token, name in names if token in user_agent), "")
