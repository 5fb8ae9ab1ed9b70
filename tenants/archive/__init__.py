"""One tenant in one file, and back: a ZIP of a manifest, a CSV file for each table, and the stored files.

Everything is read in one repeatable-read transaction, so the archive holds one moment. Unlogged tables (work
in progress) and the tables that the caller names (sessions, tokens) stay out. A restored tenant is a new one:
new number, new schema, new role; nothing of the old one opens it. The format is told in `docs/archive.md`.
"""

from tenants.archive.exporting import export
from tenants.archive.format import FORMAT, MANIFEST, BadArchive, FilePart, Manifest, TablePart, read_manifest
from tenants.archive.restoring import restore

__all__ = [
    "FORMAT", "MANIFEST", "BadArchive", "FilePart", "Manifest", "TablePart", "export", "read_manifest", "restore",
]  # fmt: skip
