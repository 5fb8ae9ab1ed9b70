"""The illustrated how-to: for each audience, in each language, with a picture for each step."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from app.core.language import LANGUAGES
from app.guide.steps import GUIDES, picture
from app.web.assets import FOLDER


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GUIDES)
def test_every_step_has_its_picture_in_every_language(name: str, language: str) -> None:
    for step in GUIDES[name].steps:
        with Image.open(FOLDER / picture(language, name, step.key)) as shot:
            assert shot.size == (800, 560), step.key


def test_no_picture_is_left_of_a_step_that_is_gone() -> None:
    wanted = {picture(code, name, step.key) for code in LANGUAGES for name in GUIDES for step in GUIDES[name].steps}
    there = {path.relative_to(FOLDER).as_posix() for path in (FOLDER / "guide").rglob("*") if path.is_file()}
    assert there == wanted


def test_everybody_reads_it_without_an_account(town: Any, client: Any) -> None:
    visitor = client("alfa")
    index = visitor.get("/guide").text
    for name, guide in GUIDES.items():
        assert f"/guide/{name}" in index
        page = visitor.get(f"/guide/{name}")
        assert page.status_code == 200
        assert page.text.count('<img class="guide-shot"') == len(guide.steps)
        assert "powrót" in page.text and "przejdź do góry" in page.text
    assert visitor.get("/guide/nothing").status_code == 404


def test_it_speaks_the_readers_language(town: Any, client: Any) -> None:
    for code in LANGUAGES:
        assert f"guide/{code}/works-home.webp" in client("alfa").get(f"/guide/works?lang={code}").text
