"""Dokumenty: what a resident may read, folder by folder, and what is addressed to their units or to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from app.accounts.holdings import Holdings, holdings
from app.accounts.switching import switch
from app.core.clock import today
from app.core.language import language
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.documents import beside, queries, serving
from app.documents.commands.fetching import note
from app.office import texts
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

HOME = "/documents"
SHOWN = ("terms", "privacy", "help", "safety")
pages = Blueprint("documents", __name__, template_folder="templates")
menu.register("resident", _l("Dokumenty"), "documents.index", "file", 40, module="documents")


@pages.get("/documents")
def index() -> str:
    mine = _mine()
    chosen = switch(mine)
    found = [texts.current_text(kind, language()) for kind in SHOWN]
    here = replace(mine, units=(chosen.unit,)) if chosen.unit else mine
    return render(
        "documents/index.html",
        units=chosen.units,
        own=queries.own(actor(), here, size=queries.OWN_FIRST),
        own_of_all=queries.own(actor(), mine, size=1).total,
        texts=[text for text in found if text],
        beside=beside.beside(actor(), [unit.code for unit in mine.units]),
        **_shelf(mine, None, HOME),
    )


@pages.get("/documents/folders/<document_folder>")
def folder(document_folder: str) -> str:
    return render("documents/folder.html", **_shelf(_mine(), document_folder, f"{HOME}/folders/{document_folder}"))


@pages.get("/documents/own")
def own() -> str:
    mine = _mine()
    page = queries.own(actor(), mine, page_number(request.args.get("page")))
    return render("documents/own.html", page=page, page_url=f"{HOME}/own?page=", **_frame(mine))


@pages.get("/documents/search")
def search() -> str:
    mine, typed = _mine(), request.args.get("q", "")[:200]
    page = queries.resident(actor(), mine).searched(typed, page_number(request.args.get("page")))
    address = f"{HOME}/search?{urlencode({'q': typed, 'page': ''})}"
    return render("documents/found.html", page=page, page_url=address, q=typed, **_frame(mine))


@pages.get("/documents/<document>")
def show(document: str) -> str:
    mine = _mine()
    reader = queries.resident(actor(), mine)
    found, versions = reader.document(document)
    file = reader.file(document, found.line.version)
    note(actor(), file, "opened")
    about = {"document": found.line, "found": found, "versions": versions}
    return render("documents/show.html", **about, **serving.pictured(file), **_frame(mine))


@pages.get("/documents/<document>/files/<document_version>")
def download(document: str, document_version: str) -> Response:
    return serving.download(actor(), queries.resident(actor(), _mine()).file(document, document_version))


@pages.get("/documents/<document>/pages/<document_version>/<page>")
def picture(document: str, document_version: str, page: str) -> Response:
    return serving.page_picture(queries.resident(actor(), _mine()).file(document, document_version), page)


def _mine() -> Holdings:
    mine = holdings(actor(), today())
    switch(mine)  # a neighbour's unit in the address is no page, here as everywhere
    return mine


def _frame(mine: Holdings) -> dict[str, Any]:
    """`labels` are the addresses of the reader's units by code, for who has more than one."""
    labels = {unit.code: unit.address_line for unit in mine.units} if len(mine.units) > 1 else {}
    return {"base": HOME, "labels": labels}


def _shelf(mine: Holdings, public_id: str | None, address: str) -> dict[str, Any]:
    past = request.args.get("past") == "1"
    shelf = queries.resident(actor(), mine).shelf(public_id, page_number(request.args.get("page")), past=past)
    page_url = f"{address}?{'past=1&' if past else ''}page="
    return {"shelf": shelf, "with_past": past, "here": address, "page_url": page_url, **_frame(mine)}
