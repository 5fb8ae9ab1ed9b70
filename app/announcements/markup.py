"""From the Markdown of an announcement to a page, to paper and to plain words.

No HTML of people's, no links but to pages and mailboxes, no pictures but the announcement's own: `![opis](#2)` is its
second one. A line end is a line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import zip_longest
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_LINK = re.compile(r"(?:https?://|mailto:|tel:|/(?![/\\])|#|\?)", re.IGNORECASE)
_PICTURE = re.compile(r"#(\d{1,3})")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LOWEST = 6
EXCERPT = 600  # signs of the text that are read for one line


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an announcement: its address on this page, and what it shows."""

    url: str
    words: str


def _reader() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    made.validateLink = lambda url: _LINK.match(url.strip()) is not None  # type: ignore[method-assign]
    return made


_markdown = _reader()


def html(body: str, pictures: Sequence[Picture] = ()) -> Markup:
    """The text as HTML. Its highest headings become `h2`, because the page has its own title."""
    return _html(body, tuple(pictures))


@lru_cache(maxsize=128)
def _html(body: str, pictures: tuple[Picture, ...]) -> Markup:
    tokens = _markdown.parse(body)
    moved = 2 - _highest(tokens)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + moved, _LOWEST)}"
        for child in token.children or ():
            if child.type == "link_open" and str(child.attrGet("href") or "").lower().startswith("http"):
                child.attrSet("rel", "noopener noreferrer")
            elif child.type == "image":
                _put(child, pictures)
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))


def _put(token: Token, pictures: Sequence[Picture]) -> None:
    """The announcement's own picture in the place of an image; of any other only its words stay."""
    number = _number(token)
    words = _text(token)
    token.type, token.children = "html_inline", None
    if number is not None and number <= len(pictures):
        found = pictures[number - 1]
        token.content = str(
            Markup('<img class="news-picture" src="{}" alt="{}">').format(found.url, words or found.words)
        )
    else:
        token.content = str(escape(words))


def beside(body: str, count: int) -> list[int]:
    """The numbers of those of `count` pictures that do not stand within the text: they follow it."""
    inside = {
        _number(child) for token in _markdown.parse(body) for child in token.children or () if child.type == "image"
    }
    return [number for number in range(1, count + 1) if number not in inside]


def blocks(body: str) -> list[dict[str, Any]]:
    """The text for paper: paragraphs, headings, list items and rows of tables, each with its runs of words.

    A block is `{"kind": "p"|"h"|"item"|"quote"|"rule"|"row"|"picture", "runs": […], "depth", "mark", "number"}`, a run
    `{"text", "bold", "italic", "url"}`; a `row` has `cells`, lists of runs, and `head` in the first of a table.
    """
    return list(_blocks(_markdown.parse(body)))


def plain(body: str) -> str:
    """The text in plain words, for mail that shows no formatting: list marks and addresses of links stay, and each
    row of a table says what its columns are, for a narrow screen has no room for columns."""
    return "\n\n".join(part for part in _paragraphs(blocks(body)) if part).strip()


def unmasked(body: str) -> str:
    """The Markdown with the signs that readers see in the place of entities and of signs behind a backslash."""
    return unescape(_ESCAPED.sub(r"\1", body))


@lru_cache(maxsize=512)
def excerpt(body: str) -> str:
    """The text in one line, without marks of lists and addresses of links, for the line of a list."""
    said = []
    for block in blocks(body[:EXCERPT]):
        runs = [run for cell in block["cells"] for run in cell] if block["kind"] == "row" else block["runs"]
        said.append((", " if block["kind"] == "row" else "").join(run["text"] for run in runs))
    return " ".join(" ".join(said).split())


def _paragraphs(found: list[dict[str, Any]]) -> Iterator[str]:
    together: list[str] = []
    head: list[str] = []
    for block, after in zip(found, [*found[1:], {}], strict=False):
        if block["kind"] == "item":
            together.append(_line(block))
            continue
        if block["kind"] == "row" and not block["head"]:
            together.append(_row(head, block))
            continue
        if together:
            yield "\n".join(together)
            together = []
        if block["kind"] == "row":
            head = [_words(cell).strip() for cell in block["cells"]]
            if after.get("head", True):
                yield ", ".join(filter(None, head))
        else:
            yield _line(block)
    yield "\n".join(together)


def _line(block: dict[str, Any]) -> str:
    if block["kind"] in ("rule", "picture"):
        return ""
    mark = f"{'  ' * block['depth']}{block['mark']} " if block["kind"] == "item" else ""
    return mark + _words(block["runs"])


def _row(head: list[str], block: dict[str, Any]) -> str:
    cells = [_words(cell).strip() for cell in block["cells"]]
    named = [f"{name}: {cell}" if name else cell for name, cell in zip_longest(head, cells, fillvalue="") if cell]
    return f"• {', '.join(named)}" if named else ""


def _words(runs: list[dict[str, Any]]) -> str:
    return "".join(
        f"{run['text']} ({run['url']})" if run["url"] and run["url"] != run["text"] else run["text"] for run in runs
    )


def _blocks(tokens: list[Token]) -> Iterator[dict[str, Any]]:
    lists: list[int | None] = []  # the next number of each open list; None for one with dots
    fresh, quoted, heading, in_cell, head = False, False, 0, False, False
    cells: list[list[dict[str, Any]]] = []
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                fresh = True
            case "blockquote_open" | "blockquote_close":
                quoted = token.type == "blockquote_open"
            case "heading_open" | "heading_close":
                heading = int(token.tag[1]) if token.type == "heading_open" else 0
            case "tr_open":
                cells = []
            case "tr_close":
                yield {"kind": "row", "cells": cells, "runs": [], "head": head}
            case "thead_open" | "thead_close":
                head = token.type == "thead_open"
            case "fence" | "code_block":
                yield {"kind": "p", "runs": [_run(token.content.rstrip("\n"))]}
            case "hr":
                yield {"kind": "rule", "runs": []}
            case "td_open" | "th_open" | "td_close" | "th_close":
                in_cell = token.type.endswith("_open")
            case "inline" if in_cell:
                cells.append(list(_runs(token)))
            case "inline":
                yield from _block(token, lists, fresh, quoted, heading)
                fresh = False


def _block(token: Token, lists: list[int | None], fresh: bool, quoted: bool, heading: int) -> Iterator[dict[str, Any]]:
    runs = list(_runs(token))
    pictures = [number for child in token.children or () if child.type == "image" and (number := _number(child))]
    if any(run["text"].strip() for run in runs):
        if heading:
            yield {"kind": "h", "runs": runs, "depth": heading}
        elif lists:
            number = lists[-1]
            mark = "" if not fresh else "•" if number is None else f"{number}."
            if fresh and number is not None:
                lists[-1] = number + 1
            yield {"kind": "item", "runs": runs, "depth": len(lists) - 1, "mark": mark}
        else:
            yield {"kind": "quote" if quoted else "p", "runs": runs}
    for number in pictures:
        yield {"kind": "picture", "runs": [], "number": number}


def _runs(token: Token) -> Iterator[dict[str, Any]]:
    bold = italic = False
    url = ""
    for child in token.children or ():
        match child.type:
            case "strong_open" | "strong_close":
                bold = child.type == "strong_open"
            case "em_open" | "em_close":
                italic = child.type == "em_open"
            case "link_open":
                url = str(child.attrGet("href") or "").removeprefix("mailto:").removeprefix("tel:")
            case "link_close":
                url = ""
            case "text" | "code_inline":
                if child.content:
                    yield {"text": child.content, "bold": bold, "italic": italic, "url": url}
            case "softbreak" | "hardbreak":
                yield _run("\n")
            case "image" if _number(child) is None:
                yield _run(_text(child))


def _run(words: str) -> dict[str, Any]:
    return {"text": words, "bold": False, "italic": False, "url": ""}


def _number(token: Token) -> int | None:
    found = _PICTURE.fullmatch(str(token.attrGet("src") or ""))
    return int(found[1]) if found and int(found[1]) else None


def _text(token: Token) -> str:
    return "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))


def _highest(tokens: list[Token]) -> int:
    return min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=2)
