"""What the generator writes is what the import reads: in every form, alike, without one complaint."""

from datetime import date
from pathlib import Path

import pytest

from app.demo.generator import generate
from app.demo.profiles import PROFILES, Profile
from app.demo.writing import write_folder, write_xlsx, write_zip
from app.imports.reading.sheets import SHEETS
from app.imports.reading.stream import open_package


def read(path: Path) -> dict[str, bytes]:
    with open_package(path) as package:
        content = {sheet.name: b"".join(sheet.blocks) for sheet in package.sheets()}
        assert [*package.findings.errors, *package.findings.warnings] == []
        assert {header for file in package.files.values() for header in file.ignored} == set()
    return content


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_workbook_archive_and_folder_read_alike_and_without_complaint(profile: Profile, tmp_path: Path) -> None:
    package = generate(profile, seed=4, units=24, months_back=14, as_of=date(2026, 11, 21))
    write_zip(package, tmp_path / "paczka.zip")
    write_xlsx(package, tmp_path / "paczka.xlsx")
    write_folder(package, tmp_path / "package")
    archive = read(tmp_path / "paczka.zip")
    assert archive.keys() == SHEETS.keys()
    assert archive["ledger"].count(b"\n") == len(package.rows("ledger"))
    assert archive == read(tmp_path / "paczka.xlsx") == read(tmp_path / "package")
