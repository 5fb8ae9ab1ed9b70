"""Reads of announcements: for staff, and what hangs now for a resident."""

from app.announcements.queries.listing import (
    VIEWS,
    Listed,
    StaffFile,
    announcements,
    check_right,
    file_rows,
    files,
    row,
    seen_files,
    template,
    templates,
    translations_of,
)

__all__ = [
    "VIEWS",
    "Listed",
    "StaffFile",
    "announcements",
    "check_right",
    "file_rows",
    "files",
    "row",
    "seen_files",
    "template",
    "templates",
    "translations_of",
]
