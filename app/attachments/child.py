"""The process that opens a stranger's file: `python -m app.attachments.child`, the request as JSON on stdin.

Request: {"path", "type", "want": "words" | "pages"}; answer on stdout: {"words": …} or {"pages": […]}, each page the
PNGs of its widths in base64; {"unreadable": true} for a file that is damaged or locked. It has little memory and time,
no environment, starts no program, opens no socket and writes no file.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import docx
import pypdfium2
from docx.table import Table
from PIL import Image
from python_calamine import CalamineWorkbook

from app.attachments import pictures
from app.attachments.rules import CSV, DOCX, JPEG, ODS, ODT, PDF, PNG, TXT, WEBP, WIDTHS, XLSX
from app.core.confined import OUT_OF_MEMORY, confine

MEMORY, CPU = 1536 << 20, 60
MOST_LETTERS = 1_000_000
MOST_PAGES, MOST_SHEETS = 2_000, 50
#: Pages of which pictures are drawn: enough to know a document by, and for a gallery.
DRAWN_PAGES = 10
_ODF_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def words(path: str, kind: str) -> str:
    """The text of a file, its first `MOST_LETTERS`; empty for pictures."""
    found, parts = 0, []
    for part in _READERS.get(kind, _nothing)(path):
        parts.append(part)
        found += len(part)
        if found > MOST_LETTERS:
            break
    return "\n".join(parts)[:MOST_LETTERS].replace("\0", "")


def pages(path: str, kind: str) -> list[list[str]]:
    """The first pages as pictures, one for each of the `WIDTHS`."""
    if kind in (JPEG, PNG, WEBP):
        with open(path, "rb") as file:
            return [_pictures(pictures.smaller(file.read(), WIDTHS[-1]))]
    if kind != PDF:
        return []
    with pypdfium2.PdfDocument(path) as document:
        return [_pictures(_drawn(document[number])) for number in range(min(len(document), DRAWN_PAGES))]


def _drawn(page: Any) -> Image.Image:
    width, height = page.get_size()
    scale = min(WIDTHS[-1] / max(width, 1), 3 * WIDTHS[-1] / max(height, 1))
    return page.render(scale=scale).to_pil().convert("RGB")  # type: ignore[no-any-return]


def _pictures(whole: Image.Image) -> list[str]:
    made = []
    for width in WIDTHS:
        picture = whole.copy()
        picture.thumbnail((width, 3 * width), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        picture.save(out, "PNG", optimize=True)
        made.append(base64.b64encode(out.getvalue()).decode())
    return made


def _pdf(path: str) -> Iterator[str]:
    with pypdfium2.PdfDocument(path) as document:
        for number in range(min(len(document), MOST_PAGES)):
            yield document[number].get_textpage().get_text_bounded()


def _docx(path: str) -> Iterator[str]:
    document = docx.Document(path)
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield from (cell.text for row in part.rows for cell in row.cells)
        else:
            yield part.text


def _odt(path: str) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
        for _event, element in ElementTree.iterparse(content):
            if element.tag in (f"{_ODF_TEXT}p", f"{_ODF_TEXT}h"):
                yield "".join(element.itertext())


def _sheets(path: str) -> Iterator[str]:
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names[:MOST_SHEETS]:
        yield name
        for row in book.get_sheet_by_name(name).iter_rows():
            yield " ".join(str(cell) for cell in row if cell not in (None, ""))


def _text(path: str) -> Iterator[str]:
    with open(path, "rb") as file:
        content = file.read(4 * MOST_LETTERS)
    try:
        yield content.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield content.decode("cp1250", "replace")


def _nothing(_path: str) -> Iterator[str]:
    return iter(())


_READERS = {PDF: _pdf, DOCX: _docx, ODT: _odt, XLSX: _sheets, ODS: _sheets, TXT: _text, CSV: _text}


def main() -> int:
    request = json.load(sys.stdin)
    # What a library prints must not get into the answer.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        # PDFium is called through ctypes; what it may do to the machine is bounded by the limits, not by the hook.
        confine(MEMORY, CPU, allowed=("ctypes.",))
        try:
            read = words if request["want"] == "words" else pages
            answer: dict[str, Any] = {request["want"]: read(request["path"], request["type"])}
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except Exception as error:  # one for each format and way of being spoilt, and none of them ours
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            answer = {"unreadable": True}
        out.write(json.dumps(answer).encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
