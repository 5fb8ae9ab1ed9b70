"""The manager's texts: welcome, manual, terms, personal-data notice. Published versions never change.

`current_text("terms", locale)` is what a page shows; `publish` writes the next version.
"""

from app.office.texts.commands import content_of, keep_file, known_files, publish
from app.office.texts.kinds import KINDS, TextKind
from app.office.texts.queries import (
    Published,
    TextFile,
    VersionLine,
    current_text,
    current_version,
    files_of,
    preview,
    published_file,
    source,
    text_of,
    versions,
)

__all__ = [
    "KINDS",
    "Published",
    "TextFile",
    "TextKind",
    "VersionLine",
    "content_of",
    "current_text",
    "current_version",
    "files_of",
    "keep_file",
    "known_files",
    "preview",
    "publish",
    "published_file",
    "source",
    "text_of",
    "versions",
]
