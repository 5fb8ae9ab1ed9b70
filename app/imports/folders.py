"""A package as one file: a folder is packed first."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast


@contextmanager
def packed(path: Path) -> Iterator[BinaryIO]:
    """The bytes of the package at `path`; of a folder, a ZIP archive of the files in it. Raises OSError."""
    if not path.is_dir():
        with path.open("rb") as source:
            yield source
        return
    with tempfile.TemporaryFile() as made:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(path.iterdir()):
                if file.is_file() and not file.is_symlink():
                    archive.write(file, file.name)
        made.seek(0)
        yield cast(BinaryIO, made)
