"""Reads of documents. What anybody may see of them stands in `app.documents.visibility`."""

from app.documents.queries.folders import Folder, children, folder, folders
from app.documents.queries.readers import OWN_FIRST, Reader, Shelf, VersionLine, own, public, resident
from app.documents.queries.reading import DocumentLine, VersionFile

__all__ = [
    "OWN_FIRST",
    "DocumentLine",
    "Folder",
    "Reader",
    "Shelf",
    "VersionFile",
    "VersionLine",
    "children",
    "folder",
    "folders",
    "own",
    "public",
    "resident",
]
