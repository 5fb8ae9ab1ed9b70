"""The words of an HTML letter. What stands in quotations gets the `> ` that plain letters have."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript"})
_LINES = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"})
_APART = frozenset({"p", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_SPACE = re.compile(r"[ \t\r\n\f]+")


def plain_text(markup: str) -> str:
    """The text that a reader of this HTML would see, roughly, with `\\n` between lines."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines()).strip())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[str] = []
        self._line = ""
        self._skips = 0
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skips += 1
        elif tag == "blockquote":
            self._end()
            self._quotes += 1
        elif tag in _LINES:
            self._end(tag)
            self._line += "• " if tag == "li" else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skips = max(0, self._skips - 1)
        elif tag == "blockquote":
            self._end()
            self._quotes = max(0, self._quotes - 1)
        elif tag in _LINES:
            self._end(tag)
        elif tag in ("td", "th"):
            self._line += " "

    def handle_data(self, data: str) -> None:
        if not self._skips:
            words = _SPACE.sub(" ", data)
            self._line += words.lstrip(" ") if self._line in ("", "• ") else words

    def lines(self) -> list[str]:
        self._end()
        return self._done

    def _end(self, tag: str = "") -> None:
        line, self._line = self._line.rstrip(), ""
        mark = "> " if self._quotes else ""
        if line:
            self._done.append(mark + line)
        apart = tag in _APART or (tag == "br" and not line)
        if apart and not self._quotes and self._done and self._done[-1]:
            self._done.append("")
