"""What journeys look at besides a page as it is: a page once it knows, a file behind a link, letters as they came."""

from __future__ import annotations

import base64
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pypdfium2

from tests.journeys.conftest import PATIENCE, Product

CSRF = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
_FETCH = """async path => {
  const answer = await fetch(path)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return [answer.status, answer.headers.get('content-type') || '', btoa(text)]
}"""


def until(page: Any, holds: Callable[[], Any]) -> Any:
    """Ask for the page again until something holds of it: web processes and workers hear of a change in their time."""
    ends = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < ends:
        if found := holds():
            return found
        page.wait_for_timeout(200)
        page.reload()
    raise AssertionError(page.url + "\n" + page.locator("body").inner_text())


def shown(page: Any) -> str:
    """The words of the page."""
    return str(page.locator("main").inner_text())


def fetched(page: Any, path: str) -> tuple[int, str, bytes]:
    """Status, type and body of what the person of this page gets there; the page needs JavaScript."""
    status, kind, body = page.evaluate(_FETCH, path)
    return status, kind, base64.b64decode(body)


def paper(page: Any, path: str) -> str:
    """The words of a PDF, without the places at which long ones may break."""
    status, kind, body = fetched(page, path)
    assert (status, kind) == (200, "application/pdf"), (path, status, kind)
    with pypdfium2.PdfDocument(body) as document:
        words = " ".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    return " ".join(words.replace("\u200b", "").split())


def letters(product: Product, to: str, subject: str = "", *, words: str = "", count: int = 1) -> list[EmailMessage]:
    """Mails to an address with these in subject and text, oldest first; waits until there are so many."""
    ends = time.monotonic() + 3 * PATIENCE / 1000  # a worker may have others' letters before
    while True:
        mine = [mail for mail in product.mails() if to in str(mail["To"]) and subject in str(mail["Subject"])]
        found = [mail for mail in mine if not words or words in text_of(mail)]
        if len(found) >= count:
            return found
        assert time.monotonic() < ends, f"{len(found)} of {count} letters to {to} about {subject} {words}"
        time.sleep(0.25)


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def posted(product: Product, slug: str, path: str, body: bytes) -> int:
    """The status of a POST by a program that has no cookie, as a mail program sends it."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{product.port}{path}", body, {"Host": f"{slug}.localhost:{product.port}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
