"""The age of data stands on every page that shows the books, whoever looks at it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.core.clock import local
from tests.features.imports.doing import scalar
from tests.isolation.test_pages import PLACE, addresses
from tests.town import Town

# Amounts of the town's ledger and balances of its units, as pages write them.
BOOKS = re.compile(r"(?<![\d,])(1[\s\xa0\u202f]?234,56|1[\s\xa0\u202f]?100,00|84,20|318,77|777,77|-?38,00)(?![\d,])")
PARTS = ("partial", "progress")  # fragments of pages that say it themselves


@pytest.mark.parametrize("who", ["anna", "ewa"])
def test_who_sees_an_amount_of_the_books_sees_how_old_it_is(app: Any, town: Town, client: Any, who: str) -> None:
    as_of = scalar(app, town.alfa, "SELECT as_of FROM revisions ORDER BY number DESC LIMIT 1")
    stamp = f"{local(as_of):%d.%m.%Y, %H:%M}"
    browser, told, silent = town.log_in(client, who), set(), set()
    for endpoint, path in addresses(app, town, "GET"):
        answer = browser.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html" or endpoint.endswith(PARTS):
            continue
        page = answer.get_data(as_text=True)
        if BOOKS.search(re.sub(r"<[^>]+>", " ", page)):
            (told if stamp in page else silent).add(PLACE.sub("…", endpoint))
    assert told, "the control: somebody sees amounts"
    assert not silent, f"these show amounts and not of when they are: {sorted(silent)}"
