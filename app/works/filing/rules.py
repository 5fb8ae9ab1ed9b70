"""Kinds of documents on a site and the folders in which they are filed."""

from __future__ import annotations

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

TITLE_LENGTH, NOTE_LENGTH, FOLDER_LENGTH, REASON_LENGTH = 200, 2000, 80, 500
#: So many files go with one form, of so many bytes each; the form itself may have so many megabytes.
MOST_FILES, LARGEST, FORM_MEGABYTES = 20, 25 << 20, 150
#: So many photographs has one week of a series at most.
MOST_PHOTOS = 1000
#: So many folders of its own has a site, and so many series.
MOST_FOLDERS, MOST_SERIES = 50, 100
#: So many bytes may all files of one site have.
SITE_BYTES = 100 << 30
KINDS = {
    "document": _l("dokument budowy"),
    "photo": _l("zdjęcia"),
    "protocol": _l("protokół odbioru"),
    "invoice": _l("faktura, rachunek"),
    "note": _l("notatka"),
}
#: Folders, and which kind of document is filed there; what is filed says so when it is saved.
FOLDERS = {
    "reports": (_l("Raporty kierownika budowy"), "document"),
    "design": (_l("Projekt i rysunki"), "document"),
    "permits": (_l("Pozwolenia i uzgodnienia"), "document"),
    "contracts": (_l("Umowy i aneksy"), "document"),
    "offers": (_l("Oferty i kosztorysy"), "document"),
    "schedule": (_l("Harmonogram"), "document"),
    "materials": (_l("Materiały, atesty, karty techniczne"), "document"),
    "other": (_l("Inne dokumenty"), "document"),
    "photos": (_l("Zdjęcia"), "photo"),
    "protocols": (_l("Protokoły odbioru"), "protocol"),
    "invoices": (_l("Faktury i rachunki"), "invoice"),
    "notes": (_l("Notatki"), "note"),
}
#: What may be moved from folder to folder; the others lie where their kind does.
MOVABLE = frozenset({"document", "note"})
#: What residents may be shown.
SHOWABLE = frozenset({"document", "photo", "protocol"})


def kind_of(folder: str) -> str:
    """Which kind of document a folder holds. Raises `Refused` on field `folder`."""
    if folder not in FOLDERS:
        raise no_folder()
    return FOLDERS[folder][1]


def no_folder() -> Refused:
    """Why a document without a folder is not saved."""
    return Refused(_("Wybierz, co to za dokument: od tego zależy teczka, do której trafi."), field="folder")
