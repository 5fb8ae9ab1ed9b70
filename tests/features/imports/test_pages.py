"""Imports as staff meet them: hand over, watch, read the report, take back; and who may not."""

from __future__ import annotations

import io
import re
import secrets
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.core import work
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.factories import packages
from tests.features.imports.doing import ACTOR, books, change, fingerprint, imports, query
from tests.pages import inspect
from worker import entry

PASSWORD = "Zielony-Kasztan-77"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Desk:
    """A member of staff at their browser."""

    def __init__(self, app: Any, tenant: Any, login: str) -> None:
        self.app, self.tenant = app, tenant
        self.client = app.test_client()
        assert self.post("/login", {"login": login, "password": PASSWORD}, "/login").status_code in (302, 303)

    def get(self, path: str) -> Any:
        return self.client.get(path, base_url=f"http://{self.tenant.host}")

    def post(self, path: str, data: dict[str, Any], form: str | None = None) -> Any:
        found = TOKEN.search(self.get(form or path).text)
        sent = {**data, "csrf_token": found[1] if found else ""}
        return self.client.post(path, data=sent, base_url=f"http://{self.tenant.host}")

    def hand_over(self, content: bytes, name: str, **fields: Any) -> Any:
        data = {"mode": "snapshot", **fields, "file": (io.BytesIO(content), name)}
        return self.post("/admin/imports/new", data)

    def press(self, path: str, page: str | None = None) -> Any:
        """Press the button of the form at `page` whose address is `path`, with all that the form holds."""
        shown = self.get(page or path).text
        form = next(form for form in re.findall(r"<form.*?</form>", shown, re.S) if f'action="{path}"' in form)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        return self.client.post(path, data=fields, base_url=f"http://{self.tenant.host}")

    def work_off(self) -> None:
        """What the workers do with the imports and undos that wait."""
        jobs = query(
            self.app,
            self.tenant,
            "SELECT id FROM jobs WHERE name IN ('imports.run', 'imports.undo') AND state = 'waiting' ORDER BY id",
        )
        with self.app.app_context():
            for (job,) in jobs:
                entry.run(self.tenant.id, job)


@pytest.fixture
def desk(app: Any, new_tenant: Callable[..., Any]) -> Callable[..., Desk]:
    """`desk("board")`: somebody of that role at a new manager's, or at `tenant`'s."""

    def make(role: str = "accountant", tenant: Any = None) -> Desk:
        tenant = tenant or new_tenant(post=False)
        login = f"{role}-{secrets.token_hex(3)}"
        with app.app_context():
            with db.engines[PLATFORM].begin() as connection:
                connection.execute(text("DELETE FROM platform.throttles WHERE key LIKE 'login:address:%'"))
            with bind(tenant):
                create_account(ACTOR, login, [], role, password=PASSWORD)
                work.commit()
        return Desk(app, tenant, login)

    return make


def small(tmp_path: Path) -> bytes:
    return packages.archive(tmp_path / "small.zip", packages.small()).read_bytes()


def test_from_the_form_to_the_report_and_back(desk: Callable[..., Desk], tmp_path: Path) -> None:
    staff = desk()
    inspect(staff.get("/admin/imports/new"))
    answer = staff.hand_over(small(tmp_path), "listopad.zip")
    assert answer.status_code == 303
    page = answer.headers["Location"]
    assert "listopad.zip" in inspect(staff.get(page))
    inspect(staff.get(f"{page}/progress"))
    staff.work_off()
    assert imports(staff.app, staff.tenant) == [("published", 1)]
    assert "obroty" in inspect(staff.get(page)).lower()
    inspect(staff.get("/admin/imports"))
    inspect(staff.get(f"{page}/undo"))
    assert staff.press(f"{page}/undo").status_code == 303
    assert "Cofamy ten import" in inspect(staff.get(page)), "it is a job: pressing the button only asks"
    staff.work_off()
    assert not any(books(staff.app, staff.tenant).values())
    inspect(staff.get(page))
    again = staff.post(f"{page}/undo", {}, form="/admin/imports/new")
    assert again.status_code == 422 and "cofnięty" in again.text
    assert query(staff.app, staff.tenant, "SELECT max(number) FROM revisions") == [(2,)]


def test_every_state_has_its_page(desk: Callable[..., Desk], tmp_path: Path) -> None:
    from app.imports import commands

    staff = desk()
    page = staff.hand_over(small(tmp_path), "a.zip").headers["Location"]
    inspect(staff.get(page))
    change(
        staff.app,
        staff.tenant,
        'UPDATE imports SET status = \'running\', started_at = now(), progress = \'{"rows": 1000, "sheet": "ledger"}\'',
    )
    for address in (page, f"{page}/progress"):
        assert "1" in inspect(staff.get(address))
    with staff.app.app_context(), bind(staff.tenant):
        commands.fail(page.rsplit("/", 1)[1], "its process died 3 times")
        work.commit()
    assert "its process died" not in inspect(staff.get(page))
    inspect(staff.get("/admin/imports"))
    assert staff.get(f"{page}/undo").status_code == 422


def test_sent_twice_is_published_once(desk: Callable[..., Desk], tmp_path: Path) -> None:
    staff = desk()
    for _ in range(2):
        assert staff.hand_over(small(tmp_path), "listopad.zip").status_code == 303
    staff.work_off()
    assert imports(staff.app, staff.tenant) == [("published", 1), ("unchanged", 1)]


def test_a_check_publishes_nothing(desk: Callable[..., Desk], tmp_path: Path) -> None:
    staff = desk()
    page = staff.hand_over(small(tmp_path), "a.zip", dry_run="y").headers["Location"]
    staff.work_off()
    assert imports(staff.app, staff.tenant) == [("checked", None)]
    inspect(staff.get(page))
    assert not any(books(staff.app, staff.tenant).values())


@pytest.mark.parametrize("role", ["board", "clerk"])
def test_who_may_look_may_not_run(desk: Callable[..., Desk], tmp_path: Path, role: str) -> None:
    boss = desk("admin")
    page = boss.hand_over(small(tmp_path), "a.zip").headers["Location"]
    boss.work_off()
    before = fingerprint(boss.app, boss.tenant)
    other = desk(role, boss.tenant)
    assert other.get("/admin/imports").status_code == other.get(page).status_code == 200
    assert "/undo" not in other.get(page).text and "/imports/new" not in other.get("/admin/imports").text
    assert other.get("/admin/imports/new").status_code == other.get(f"{page}/undo").status_code == 404
    assert other.post(f"{page}/undo", {}, form="/login").status_code in (400, 403, 404)
    for path, data in ((f"{page}/undo", {}), ("/admin/imports/new", {"file": (io.BytesIO(b"x"), "x.csv")})):
        with_token = {**data, "csrf_token": _any_token(other)}
        assert other.client.post(path, data=with_token, base_url=f"http://{boss.tenant.host}").status_code == 404
    assert fingerprint(boss.app, boss.tenant) == before and len(imports(boss.app, boss.tenant)) == 1


def test_a_resident_and_a_neighbour_find_nothing(
    desk: Callable[..., Desk], new_tenant: Callable[..., Any], tmp_path: Path
) -> None:
    ours, theirs = desk("admin"), desk("admin")
    page = ours.hand_over(small(tmp_path), "a.zip").headers["Location"]
    for path in (page, f"{page}/progress", f"{page}/undo", "/admin/imports/nonsense", "/admin/imports/%00"):
        assert theirs.get(path).status_code == 404, path
    stolen = theirs.app.test_client()
    for cookie in theirs.client._cookies.values():
        stolen.set_cookie(cookie.key, cookie.value, domain=ours.tenant.host)
    assert stolen.get(page, base_url=f"http://{ours.tenant.host}").status_code in (302, 404)


def _any_token(desk: Desk) -> str:
    found = TOKEN.search(desk.get("/admin/imports").text)
    assert found
    return found[1]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("obroty.csv", b"nr;lokal\r\n" + b"0" * (90 * 2**20))
    return out.getvalue()


def protected() -> bytes:
    """As much of a workbook with a password as tells what it is: an OLE file with an encrypted package."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


BAD = {
    "renamed PNG": ("styczen.xlsx", lambda _: b"\x89PNG\r\n\x1a\n" + bytes(200), "To jest plik PNG"),
    "zip bomb": ("bomba.zip", lambda _: bomb(), "rozpakowuje się"),
    "password": ("tajne.xlsx", lambda _: protected(), "zabezpieczony hasłem"),
    "wrong sheet": ("zdjecia.csv", lambda _: b"kod;nazwa\r\n1;2\r\n", "Nie ma tu żadnego znanego arkusza"),
    "cut archive": ("a.zip", lambda content: content[: len(content) // 2], "uszkodzone"),
    "not a table": ("obroty.csv", lambda _: b"Ala ma kota\r\n", "nie jest nagłówkiem"),
}


@pytest.mark.parametrize("kind", list(BAD))
def test_a_file_that_is_not_what_it_says(desk: Callable[..., Desk], tmp_path: Path, kind: str) -> None:
    staff = desk()
    name, content, sentence = BAD[kind]
    before = fingerprint(staff.app, staff.tenant)
    answer = staff.hand_over(content(small(tmp_path)), name)
    assert answer.status_code == 303
    staff.work_off()
    assert [status for status, _ in imports(staff.app, staff.tenant)] == ["refused"]
    assert sentence in inspect(staff.get(answer.headers["Location"]))
    assert fingerprint(staff.app, staff.tenant) == before
    assert staff.get("/admin/imports").status_code == 200


def test_an_empty_file_and_none(desk: Callable[..., Desk]) -> None:
    staff = desk()
    for answer in (staff.hand_over(b"", "a.zip"), staff.post("/admin/imports/new", {"mode": "snapshot"})):
        assert answer.status_code == 422
        assert "plik" in inspect(answer).lower()
    assert staff.hand_over(b"x", "a.csv", mode="everything").status_code == 422
    assert imports(staff.app, staff.tenant) == []


class Large(io.RawIOBase):
    """`head` and then as many zeros as make `size` bytes, which nobody had to write down."""

    def __init__(self, head: bytes, size: int) -> None:
        self.head, self.size, self.at = head, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def readinto(self, buffer: Any) -> int:
        given = self.head[self.at : self.at + len(buffer)] or b"0" * min(len(buffer), self.size - self.at)
        buffer[: len(given)] = given
        self.at += len(given)
        return len(given)


def test_a_file_that_is_too_large(desk: Callable[..., Desk]) -> None:
    staff = desk()
    head = (
        b'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + _any_token(staff).encode()
        + b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="obroty.csv"\r\n\r\n'
    )  # fmt: skip
    answer = staff.client.post(
        "/admin/imports/new", base_url=f"http://{staff.tenant.host}",
        input_stream=io.BufferedReader(Large(head, 300 * 2**20)),
        content_type="multipart/form-data; boundary=b",
    )  # fmt: skip
    assert answer.status_code == 413
    assert inspect(answer)
    assert imports(staff.app, staff.tenant) == [] and staff.get("/admin/imports").status_code == 200
