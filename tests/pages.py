"""What must hold for every page that is fetched in a test, whoever fetches it."""

from __future__ import annotations

import re
import warnings
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

_NONE = re.compile(r"\bNone\b")
_CONTROLS = ("input", "select", "textarea")


def inspect(answer: Any, *, canaries: tuple[str, ...] = ()) -> str:
    """Check one answer and return its text. `canaries` are words that must not be in it."""
    page: str = answer.get_data().decode("utf-8", "replace")  # some answers are files
    for word in canaries:
        assert word not in page, f"{answer.request.path} shows {word}"
    if not answer.content_type.startswith("text/html") or answer.status_code // 100 == 3 or "<!doctype" not in page:
        return page
    if answer.headers.get("Content-Security-Policy", "").startswith("sandbox; default-src 'none'"):
        # No page of ours but a letter as it leaves: its style stands in it, and nothing in it may run.
        assert "<script" not in page, f"{answer.request.path} shows a script"
        return page
    tree = _parsed(page, answer.request.path)
    _one_of_each(tree, page)
    _controls_have_labels(tree)
    _forms_are_safe(tree)
    _nothing_inline(tree)
    _headers(answer)
    return page


def _parsed(page: str, path: str) -> Element:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree = parser.parse(page)
    faults = [(where, code) for where, code, _values in parser.errors]
    assert not faults, f"{path} is not valid HTML: {faults[:5]}"
    found: Element = tree
    return found


def _one_of_each(tree: Element, page: str) -> None:
    assert tree.get("lang") in ("pl", "en", "uk")
    headings = tree.findall(".//h1")
    assert len(headings) == 1, f"{len(headings)} h1 on the page"
    title = tree.findtext(".//title") or ""
    assert title.strip()
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    doubled = {found for found in ids if ids.count(found) > 1}
    assert not doubled, f"ids used twice: {doubled}"
    assert len(tree.findall(".//main")) == 1, "no main landmark"
    words = " ".join(tree.find("body").itertext())  # type: ignore[union-attr]
    stray = _NONE.search(words)  # a word of its own: random ids may hold these letters
    assert stray is None, f"Python's None on the page: {words[stray.start() - 60 : stray.end() + 60]}"


def _controls_have_labels(tree: Element) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    inside = {id(control) for label in tree.iter("label") for control in label.iter() if control.tag in _CONTROLS}
    for control in tree.iter():
        if control.tag not in _CONTROLS or control.get("type") in ("hidden", "submit", "button"):
            continue
        named = control.get("id") in labelled or id(control) in inside or control.get("aria-label")
        assert named, f"a control without a label: {control.attrib}"


def _forms_are_safe(tree: Element) -> None:
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() == "post":
            tokens = [field for field in form.iter("input") if field.get("name") == "csrf_token" and field.get("value")]
            assert len(tokens) == 1, f"a form without its csrf_token: {form.attrib}"


def _nothing_inline(tree: Element) -> None:
    for element in tree.iter():
        assert element.tag != "style", "an inline style sheet"
        assert not (element.tag == "script" and not element.get("src")), "an inline script"
        bad = [name for name in element.attrib if name == "style" or str(name).startswith("on")]
        assert not bad, f"inline {bad} on {element.tag}"


def _headers(answer: Any) -> None:
    headers = answer.headers
    assert "no-store" in headers["Cache-Control"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
