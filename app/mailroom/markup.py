"""The words of an HTML letter. What stands in quotations gets the `> ` that plain letters have."""

from __future__ import annotations

import re
from html import unescape

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript"})
_LINES = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"})
_APART = frozenset({"p", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
# What has no end runs to the end of the letter, so that no place is looked at twice: a letter of nothing but
# beginnings must not take hours, as it does with the parser of the standard library.
_UNSEEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(script|style)(?=[\s/>]).*?(?:</\1(?=[\s/>])[^>]*>|\Z)|<[!?][^>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^>]*(?:>|\Z)")


def plain_text(markup: str) -> str:
    """The text that a reader of this HTML would see, roughly, with `\\n` between lines."""
    reader = _Reader()
    reader.read(_UNSEEN.sub("", markup))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines()).strip())


class _Reader:
    def __init__(self) -> None:
        self._done: list[str] = []
        self._line: list[str] = []
        self._skips = 0
        self._quotes = 0

    def read(self, markup: str) -> None:
        seen = 0
        for tag in _TAG.finditer(markup):
            self._words(markup[seen : tag.start()])
            (self._closes if tag[1] else self._opens)(tag[2].lower())
            seen = tag.end()
        self._words(markup[seen:])

    def _opens(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skips += 1
        elif tag == "blockquote":
            self._end()
            self._quotes += 1
        elif tag in _LINES:
            self._end(tag)
            self._line += ["• "] if tag == "li" else []

    def _closes(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skips = max(0, self._skips - 1)
        elif tag == "blockquote":
            self._end()
            self._quotes = max(0, self._quotes - 1)
        elif tag in _LINES:
            self._end(tag)
        elif tag in ("td", "th"):
            self._line.append(" ")

    def _words(self, data: str) -> None:
        if data and not self._skips:
            words = _SPACE.sub(" ", unescape(data))
            words = words.lstrip(" ") if self._line in ([], ["• "]) else words
            self._line += [words] if words else []

    def lines(self) -> list[str]:
        self._end()
        return self._done

    def _end(self, tag: str = "") -> None:
        line, self._line = "".join(self._line).rstrip(), []
        mark = "> " if self._quotes else ""
        if line:
            self._done.append(mark + line)
        apart = tag in _APART or (tag == "br" and not line)
        if apart and not self._quotes and self._done and self._done[-1]:
            self._done.append("")
