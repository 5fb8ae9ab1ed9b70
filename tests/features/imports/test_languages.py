"""A report is stored once and read in the reader's language."""

from __future__ import annotations

import json

from app.core import language
from app.imports.reading.findings import Finding
from app.imports.reading.sentences import message
from app.imports.report import Report, in_words

PLACE = {"sheet": "lokale", "row": 7, "column": "powierzchnia", "value": "1e9"}
WORDS = {
    "pl": "Arkusz „lokale”, wiersz 7, kolumna „powierzchnia”: Powierzchnia „1e9” jest zbyt duża.",
    "en": "Sheet “lokale”, row 7, column “powierzchnia”: The area “1e9” is too large.",
    "uk": "Аркуш «lokale», рядок 7, стовпець «powierzchnia»: Площа «1e9» завелика.",
}


def refused() -> Report:
    params = {"value": "1e9"}
    said = message("area-too-large", params, PLACE)
    report = Report("r", "refused")
    report.findings.errors.append(Finding(**PLACE, code="area-too-large", message=said, params=params))
    return report


def test_a_finding_speaks_the_language_of_whoever_reads_it() -> None:
    stored = json.loads(json.dumps(refused().kept()))
    for code, words in WORDS.items():
        with language.use(code):
            [shown] = in_words(stored)["errors"]
        assert shown["message"].startswith(words), code
        assert set(shown) == {"sheet", "row", "column", "value", "code", "message"}


def test_what_the_command_line_prints_has_no_more_than_the_contract() -> None:
    [printed] = refused().as_dict()["errors"]
    assert set(printed) == {"sheet", "row", "column", "value", "code", "message"}


def test_a_report_from_before_is_shown_as_it_was_written() -> None:
    old = {"status": "refused", "errors": [{"code": "area-too-large", "message": "Dawne słowa."}]}
    with language.use("en"):
        assert in_words(old)["errors"][0]["message"] == "Dawne słowa."
