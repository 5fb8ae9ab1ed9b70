"""Inviting somebody in a test, and the browser in which they come."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from app.outbox.tokens import opened
from app.works.access import place
from app.works.filing.commands import Sheet, file_away
from tenants.context import bind
from tests.features.accounts.conftest import TOKEN, Browser

GUEST = "gosia@poza.example"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def filed(site: Any, login: str = "marek", folder: str = "reports", title: str = "Raport 12", **more: Any) -> str:
    """A document on the site; its public id."""
    from app.attachments.checking import checked

    who = site.actor(login)
    files = [checked(f"{title}.pdf", PDF + title.encode() + b"\n%%EOF\n")]
    return str(site.do(lambda: file_away(place(who, site.id), Sheet(folder, title, **more), files).public_id))


def invite(site: Any, who: str = "marek", query: str = "", **values: Any) -> str:
    """The address that stands in the letter of a new invitation."""
    given = {"email": GUEST, "name": "Gosia Gościnna", "days": "14", "uses": "once", "ability": "read", **values}
    answer = site.sent(who, f"{site.url}/guests/new?{query}", **given)
    assert answer.status_code == 303, answer.text
    return str(mail(site, "works_guest_invited")["link"])


def mail(site: Any, letter: str, address: str = GUEST) -> dict[str, Any]:
    """What the newest letter of a kind to an address says."""
    rows = site.sql(
        "SELECT context, secret FROM outbox_items WHERE letter = :letter AND address = :address "
        "ORDER BY id DESC LIMIT 1",
        letter=letter, address=address,
    )  # fmt: skip
    assert rows, f"no {letter} to {address}"
    context, secret = rows[0]
    with site.app.app_context(), bind(site.tenant):
        return dict(opened(context)) if secret else dict(context)


def letters(site: Any, letter: str) -> int:
    return int(site.sql("SELECT count(*) FROM outbox_items WHERE letter = :letter", letter=letter)[0][0])


def path_of(link: str) -> str:
    return "/" + link.split("://", 1)[1].split("/", 1)[1]


def post(browser: Browser, path: str, page: str, **values: Any) -> Any:
    """Send a form of a page; files may be among the values."""
    shown = browser.get(page).text
    token = TOKEN.search(shown) or TOKEN.search(browser.get("/login").text)  # a page that is gone has no form
    key = re.search(r'name="form_key"[^>]* value="([^"]+)"', shown)
    held = re.search(r'name="held"[^>]* value="([^"]*)"', shown)
    data = {
        "csrf_token": token[1] if token else "",
        "form_key": key[1] if key else "",
        "held": held[1] if held else "",
        **values,
    }
    return browser.client.post(path, data=data, base_url=browser.base_url, content_type="multipart/form-data")


def ask(site: Any, link: str, browser: Browser | None = None) -> tuple[Browser, str]:
    """Press „Wyślij kod”: the browser, and the code in the letter."""
    browser = browser or site.stranger
    answer = post(browser, path_of(link), path_of(link))
    assert answer.status_code == 303, answer.text
    return browser, str(mail(site, "works_guest_code")["code"])


def enter(browser: Browser, code: str) -> Any:
    return post(browser, "/works/guest/code", "/works/guest/code", code=code)


def come_in(site: Any, link: str) -> Browser:
    """A guest inside, in a browser of their own."""
    browser, code = ask(site, link)
    assert enter(browser, code).status_code == 303
    return browser


def upload(name: str, content: bytes = PDF) -> tuple[BytesIO, str]:
    return BytesIO(content), name


def events(site: Any, kind: str = "guest.") -> list[str]:
    return [verb for (verb,) in site.sql("SELECT verb FROM works_events WHERE verb LIKE :k ORDER BY id", k=f"{kind}%")]
