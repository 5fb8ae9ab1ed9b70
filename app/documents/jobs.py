"""Background work of documents."""

from __future__ import annotations

from app.attachments.owners import owner
from app.documents import models as models  # the tables of this feature are known wherever its jobs are

owner("documents", "SELECT file_id FROM document_versions")
owner("document batches", "SELECT file_id FROM document_batch_files")
