"""Steps that tests of files share: pictures with what a camera writes into them, documents, series, pieces."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from app.core.clock import today
from app.works.access import place
from app.works.filing import series, weeks
from tests.features.works.conftest import TOKEN

EXIF_DIRECTORY, TAKEN, GPS, ORIENTATION = 0x8769, 0x9003, 0x8825, 0x0112


def photo(
    colour: str = "red", taken: date | None = None, size: tuple[int, int] = (64, 48), *, turned: bool = False
) -> bytes:
    """A JPEG as a telephone makes one: with the day, the place, and perhaps lying on its side."""
    exif = Image.Exif()
    if taken:
        exif.get_ifd(EXIF_DIRECTORY)[TAKEN] = f"{taken:%Y:%m:%d} 12:30:00"
    if turned:
        exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (51.0, 39.0, 40.0)
    made = BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG", exif=exif)
    return made.getvalue()


def large_photo(seed: int = 1) -> bytes:
    """A JPEG of more than two pieces."""
    made = BytesIO()
    Image.effect_noise((1500, 1200), 90 + seed).convert("RGB").save(made, "JPEG", quality=95)
    return made.getvalue()


def add(site: Any, who: str = "marek", folder: str = "reports", title: str = "Raport 1", **more: Any) -> str:
    """File a document by the form; returns its address."""
    files = more.pop("files", (BytesIO(more.pop("content", b"Dach gotowy.")), "raport.txt"))
    answer = site.sent(who, f"{site.url}/files/new", f"{site.url}/files/new?folder={folder}", folder=folder,
                       title=title, files=files, **more)  # fmt: skip
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def begun(site: Any, title: str = "Elewacja północna", kind: str = "photo", *, weeks_ago: int = 3, who: str = "wojtek",
          weekday: int = 7, **more: Any) -> str:  # fmt: skip
    """A weekly series that began some weeks ago; returns its public id. Made by the owner."""

    olga = site.actor("olga")

    def begin() -> str:
        here = place(olga, site.id)
        member = next(one for one in series.responsible(olga, here) if one.login == who)
        starts_on = weeks.monday(today()) - timedelta(weeks=weeks_ago)
        typed = {"title": title, "member": member.public_id, "weekday": weekday, "every": 1, "starts_on": starts_on}
        return series.begin(olga, here, kind, {**typed, **more}).public_id

    return str(site.do(begin))


def week(ago: int = 0) -> str:
    """The Monday of a week, as it stands in addresses."""
    return (weeks.monday(today()) - timedelta(weeks=ago)).isoformat()


class Sender:
    """What the script of the page does, from the browser of one login."""

    def __init__(self, site: Any, who: str, of: str) -> None:
        self.site, self.of = site, of
        self.browser = site.enter(who)
        found = TOKEN.search(self.browser.get(f"{site.url}/files/series/{of}/{week()}").text)
        self.token = found[1] if found else ""
        self.url = f"{site.url}/files/uploads"

    def begin(self, content: bytes, name: str = "dach.jpg", day: str | None = None, **more: Any) -> Any:
        data = {"series": self.of, "week": week() if day is None else day, "name": name, "size": len(content),
                "key": f"{name}|{len(content)}"}  # fmt: skip
        return self.browser.client.post(
            self.url, data={**data, **more}, base_url=self.browser.base_url, headers={"X-CSRFToken": self.token}
        )

    def piece(self, upload: str, offset: int, content: bytes) -> Any:
        headers = {"X-CSRFToken": self.token, "Upload-Offset": str(offset)}
        return self.browser.client.patch(
            f"{self.url}/{upload}", data=content, base_url=self.browser.base_url, headers=headers,
            content_type="application/offset+octet-stream",
        )  # fmt: skip

    def whole(self, content: bytes, name: str = "dach.jpg", day: str | None = None, size: int = 1 << 19) -> Any:
        """Send all that is not there yet; returns the last answer."""
        answer = self.begin(content, name, day)
        while answer.status_code < 300 and answer.json["state"] == "open":
            start = answer.json["offset"]
            answer = self.piece(answer.json["id"], start, content[start : start + size])
        return answer
