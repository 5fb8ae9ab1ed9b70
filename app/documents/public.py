"""Documents for everybody, as the law wants some of them to stand on a manager's web site.

A cooperative shows there its statute, rules, resolutions and minutes of its organs, reports of lustrations and yearly
statements (art. 8¹ ust. 3 ustawy o spółdzielniach mieszkaniowych). The page stays when the residents' tab is off.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from app.core.language import language
from app.core.paging import page_number
from app.documents import queries, serving
from app.office import texts
from app.web.pages import render

HOME = "/public/documents"
SHOWN = ("terms", "privacy")
pages = Blueprint("documents", __name__, template_folder="templates")


@pages.get("/public/documents")
def index() -> str:
    found = [texts.current_text(kind, language()) for kind in SHOWN]
    return render("documents/public.html", texts=[text for text in found if text], **_shelf(None, HOME))


@pages.get("/public/documents/folders/<document_folder>")
def folder(document_folder: str) -> str:
    return render("documents/folder.html", **_shelf(document_folder, f"{HOME}/folders/{document_folder}"))


@pages.get("/public/documents/search")
def search() -> str:
    typed = request.args.get("q", "")[:200]
    page = queries.public(None).searched(typed, page_number(request.args.get("page")))
    address = f"{HOME}/search?{urlencode({'q': typed, 'page': ''})}"
    return render("documents/found.html", page=page, page_url=address, q=typed, **_frame())


@pages.get("/public/documents/<document>")
def show(document: str) -> str:
    reader = queries.public(None)
    found, versions = reader.document(document)
    about = {"document": found.line, "found": found, "versions": versions}
    return render(
        "documents/show.html", **about, **serving.pictured(reader.file(document, found.line.version)), **_frame()
    )


@pages.get("/public/documents/<document>/files/<document_version>")
def download(document: str, document_version: str) -> Response:
    return serving.download(None, queries.public(None).file(document, document_version))


@pages.get("/public/documents/<document>/pages/<document_version>/<page>")
def picture(document: str, document_version: str, page: str) -> Response:
    return serving.page_picture(queries.public(None).file(document, document_version), page)


def _frame() -> dict[str, object]:
    return {"base": HOME, "labels": {}, "public": True}


def _shelf(public_id: str | None, address: str) -> dict[str, object]:
    past = request.args.get("past") == "1"
    shelf = queries.public(None).shelf(public_id, page_number(request.args.get("page")), past=past)
    page_url = f"{address}?{'past=1&' if past else ''}page="
    return {"shelf": shelf, "with_past": past, "here": address, "page_url": page_url, **_frame()}
