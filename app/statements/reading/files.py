"""Which format a file is in, and its content; a ZIP is as many files as it holds."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.core import archives
from app.core.archives import Bounds
from app.statements.reading import camt, elixir, mass, mt940
from app.statements.reading.bookings import Content, Statement, Unreadable
from app.statements.reading.encodings import decoded

MIB = 1024 * 1024
#: One file, and all files of an archive together, unpacked.
LARGEST = 32 * MIB
MOST_FILES = 300
#: So much of a file tells what it is.
GLANCE = 64 * 1024
BOUNDS = Bounds(entries=MOST_FILES, expanded=LARGEST, ratio=100, ratio_from=8 * MIB)
_SAID = {"too-many": "too-many", "too-large": "too-large", "bomb": "too-large", "encrypted": "encrypted"}
#: What people may say a file is; `auto` looks.
FORMATS = ("auto", "mt940", "camt", "elixir", "mass")
_Read = tuple[list[Statement], list[tuple[str, dict[str, Any]]]]
_TAGS = re.compile(r"(?:^|\n|\})[^\n:]{0,3}:(\d\d[A-Z]?):")
_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("elixir", re.compile(r"\s*\"?(?:111|222)\"?,\s*\"?[0-9]{8}\"?,")),
    ("mass", re.compile(r"\s*\"?(?:110\"?,\s*\"?[0-9]{8}\"?|999\"?,\s*\"?[0-9]+\"?),")),
    ("pipe", re.compile(r"\s*[0-9]+\|[0-9]{8}\|")),
    ("isor", re.compile(r"(?m)^\"?02\"?(?:,[^\n,]*){3},\s*\"?[0-9]+\"?,\s*\"?[0-9]{8}\"?,")),
)
_READERS: dict[str, Callable[[str], _Read]] = {
    "mt940": mt940.read, "mt942": mt940.read, "elixir": elixir.read, "mass": elixir.read,
    "pipe": mass.read_pipe, "isor": mass.read_isor,
}  # fmt: skip
_FAMILIES = {"mt940": ("mt940", "mt942"), "elixir": ("elixir", "mass"), "mass": ("mass", "pipe", "isor", "elixir")}


def form_of(content: bytes, text: str) -> str | None:
    """The format that the beginning of a file looks like; None for none of ours."""
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:4096].replace(b"\0", b"")
    if head.startswith(b"<"):
        return "camt" if re.search(rb"camt\.05[234]|BkToCstmr", head) else None
    start = text[: 256 * 1024].replace("\r\n", "\n").lstrip("\ufeff")
    tags = set(_TAGS.findall(start))
    if "25" in tags and tags & {"20", "28", "28C"} and tags & {"60F", "60M", "61", "62F", "62M", "34F", "90C"}:
        return "mt940" if tags & {"60F", "60M", "62F", "62M"} else "mt942"
    return next((form for form, look in _LOOKS if (look.search if form == "isor" else look.match)(start)), None)


def looks(path: Path) -> bool:
    """Whether the file begins as one of ours, or is an archive in which one does. Raises Unreadable."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            return _looks(file.read(GLANCE))
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:MOST_FILES]:
                if not entry.is_dir() and not entry.flag_bits & archives.ENCRYPTED:
                    with archive.open(entry) as member:
                        if _looks(member.read(GLANCE)):
                            return True
    except Exception as error:  # one per method of packing, and none of them ours
        raise Unreadable("damaged") from error
    return False


def _looks(head: bytes) -> bool:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if wide else "latin-1", "replace").removeprefix("\u00ef\u00bb\u00bf")
    return form_of(text.encode("latin-1", "replace"), text) is not None


def read(path: Path, name: str, said: str, encoding: str | None) -> list[Content]:
    """Everything in the file at `path`. Raises Unreadable, whose params name the `file` within an archive."""
    if zipfile.is_zipfile(path):
        return _archive(path, said, encoding)
    if path.stat().st_size > LARGEST:
        raise Unreadable("too-large", limit=LARGEST // MIB)
    return [one(name, path.read_bytes(), said, encoding)]


def one(name: str, content: bytes, said: str, encoding: str | None) -> Content:
    """The content of one file. Raises Unreadable."""
    if not content.strip():
        raise Unreadable("empty")
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if said == "camt" or (said == "auto" and head.replace(b"\0", b"").startswith(b"<")):
        if said == "auto" and form_of(content, "") is None:
            raise Unreadable("unknown")
        statements, notes = camt.read(content)
        return Content(name, "camt", "XML", statements, notes)
    text, called = decoded(content, encoding)
    text = text.replace("\0", "")  # no database holds it, and no bank means it
    form = form_of(content, text)
    if said != "auto" and form not in _FAMILIES[said]:
        raise Unreadable("not-said", said=said)
    if form is None or form not in _READERS:
        raise Unreadable("unknown")
    statements, notes = _READERS[form](text)
    return Content(name, form, called, statements, notes)


def _archive(path: Path, said: str, encoding: str | None) -> list[Content]:
    found: list[Content] = []
    strange: list[str] = []
    for name, content in _members(path):
        try:
            found.append(one(name, content, said, encoding))
        except Unreadable as error:
            if error.code not in ("unknown", "empty", "not-text"):
                error.params.setdefault("file", name)
                raise
            strange.append(name)
    if not found:
        raise Unreadable("unknown")
    for name in strange:
        found[0].notes.append(("left-out", {"file": name}))
    return found


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every file of an archive, judged by its directory before anything is unpacked."""
    try:
        with archives.opened(path, path.stat().st_size, BOUNDS) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            for entry in sorted(entries, key=lambda entry: entry.filename):
                name = archives.shown_name(entry)
                if name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("."):
                    continue
                with archive.open(entry) as file:
                    content = file.read(entry.file_size + 1)
                if len(content) > entry.file_size or zipfile.is_zipfile(io.BytesIO(content)):
                    raise Unreadable("nested", file=name)
                yield name.rpartition("/")[2][:200], content
    except Unreadable:
        raise
    except archives.Unsafe as error:
        limit = {"too-many": MOST_FILES}.get(error.code, LARGEST // MIB)
        raise Unreadable(_SAID.get(error.code, "damaged"), limit=limit) from error
    except Exception as error:  # one per method of packing, and none of them ours
        raise Unreadable("damaged") from error
