"""From what a manager writes (Markdown) to what a page shows. No HTML of theirs, no pictures, no odd links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

PLACES = ("nazwa", "adres", "e-mail", "telefon", "godziny", "portal")
_LINK = re.compile(r"(?:https?://|mailto:|/(?![/\\])|#|\?)", re.IGNORECASE)
_PLACE = re.compile("|".join(re.escape("{" + name + "}") for name in PLACES))
_LOWEST = 6


def _admits(url: str) -> bool:
    """Links lead to pages, to a mailbox, or within the portal."""
    return _LINK.match(url.strip()) is not None


def _reader() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    made.validateLink = _admits  # type: ignore[method-assign]
    return made


_markdown = _reader()


@lru_cache(maxsize=128)
def rendered(body: str) -> Markup:
    """The text as HTML. Its highest headings become `h2`, because the page has its own title."""
    tokens = _markdown.parse(body)
    moved = 2 - min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=2)
    for token in tokens:
        _fit(token, moved)
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))


def _fit(token: Token, moved: int) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]) + moved, _LOWEST)}"
    for child in token.children or ():
        if child.type == "link_open" and str(child.attrGet("href") or "").lower().startswith("http"):
            child.attrSet("rel", "noopener noreferrer")


def filled(html: Markup, values: Mapping[str, str]) -> Markup:
    """The page with `{nazwa}` and the other `PLACES` filled in, escaped; one without a value becomes a dash."""
    return Markup(_PLACE.sub(lambda found: str(escape(values.get(found[0][1:-1]) or "–")), str(html)))


def without_gaps(body: str, values: Mapping[str, str]) -> str:
    """The Markdown less the lines that name a place without a value, for texts that nobody has adapted yet."""
    return "\n".join(
        line for line in body.split("\n") if all(values.get(found[0][1:-1]) for found in _PLACE.finditer(line))
    )
