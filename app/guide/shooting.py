"""Taking the pictures of the how-to from a running demo manager, in every language, with a real browser.

Needs Playwright and Chromium, which are tools of development.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from app.core.errors import Refused
from app.core.language import LANGUAGES
from app.core.language import gettext as _
from app.guide.steps import GUIDES, Guide, Step, picture
from app.web.assets import FOLDER
from config.settings import DEMO_PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, HIGH, SCALE = 1000, 700, 0.8
FRAME = (176, 58, 24)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def shoot(address: str, chromium: str | None = None, languages: tuple[str, ...] = tuple(LANGUAGES)) -> int:
    """Take every picture from the manager at `address` (`http://demo.localhost:8000`); returns how many.

    `chromium` is the path of a browser, None for Playwright's own. Raises `Refused` without Playwright.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Refused(_("Do zdjęć potrzebny jest Playwright z requirements-dev.txt.")) from None
    taken = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for language in languages:
            for guide in GUIDES.values():
                taken += _guide(browser, address, language, guide)
        browser.close()
    return taken


def _guide(browser: Browser, address: str, language: str, guide: Guide) -> int:
    nobody, somebody = _page(browser, address, language, None), _page(browser, address, language, guide.login)
    site = _site(somebody, address) if any("{site}" in step.path for step in guide.steps) else ""
    for step in guide.steps:
        page = nobody if step.login is None else somebody
        page.goto(f"{address}{step.path.replace('{site}', site)}")
        _save(_framed(page, step), FOLDER / picture(language, guide.name, step.key))
    nobody.context.close()
    somebody.context.close()
    return len(guide.steps)


def _page(browser: Browser, address: str, language: str, login: str | None) -> Page:
    context = browser.new_context(viewport={"width": WIDE, "height": HIGH}, locale=language, color_scheme="light")
    page = context.new_page()
    page.goto(f"{address}/login?lang={language}")
    if login is not None:
        page.fill("main [name=login]", login)
        page.fill("main [name=password]", DEMO_PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_load_state()
    return page


def _site(page: Page, address: str) -> str:
    page.goto(f"{address}/works/")
    found = re.search(r"/works/([\w-]{22})", f"{page.url} {page.content()}")
    if found is None:
        raise Refused(_("Zarządca demonstracyjny nie ma budowy; wczytaj dane jeszcze raz."))
    return found[1]


def _framed(page: Page, step: Step) -> Image.Image:
    """The page as it is seen, with a frame around what the step speaks of."""
    marked = page.locator(step.mark).first
    if marked.count() == 0:
        raise Refused(_("Na stronie „%(path)s” nie ma już „%(mark)s”.", path=step.path, mark=step.mark))
    box: Any = marked.bounding_box()
    if box is not None and box["y"] > HIGH * 0.7:
        marked.scroll_into_view_if_needed()
        box = marked.bounding_box()
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    if box is not None and step.mark not in ("main", "h1"):
        left, top = max(2, box["x"] - 6), max(2, box["y"] - 6)
        right, bottom = min(WIDE - 3, box["x"] + box["width"] + 6), min(HIGH - 3, box["y"] + box["height"] + 6)
        ImageDraw.Draw(shot).rounded_rectangle([left, top, right, bottom], radius=10, outline=FRAME, width=4)
    return shot.resize((round(WIDE * SCALE), round(HIGH * SCALE)), Image.Resampling.LANCZOS)


def _save(shot: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shot.save(path, "WEBP", quality=72, method=6)
