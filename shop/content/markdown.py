"""Markdown as HTML that cannot run anything: links, lists, tables, headings, and no pictures."""

from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel"}
READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def html_of(text: str) -> Markup:
    """The page's own title is its `h1`, so a heading of the text begins at `h2`."""
    tokens = READER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + 1, 4)}"
    html: Any = READER.renderer.render(tokens, READER.options, {})
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES)
    return Markup(clean)  # noqa: S704 - cleaned above
