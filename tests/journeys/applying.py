"""Filling in the application form as a person does, the code against robots included."""

from __future__ import annotations

import re
from typing import Any

DIGITS = {
    word: str(digit)
    for digit, word in enumerate(
        ("zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć")
    )
}


def answer(page: Any) -> str:
    """The digits of the code that the page says in words."""
    return "".join(DIGITS[word.strip()] for word in page.locator("#code-said").inner_text().strip(" .").split(","))


def apply(page: Any, *, email: str, phone: str, unit: str = "Kościuszki 5/2") -> None:
    """Fill in everything on /register and send it; a form that comes back because it was filled in too fast is sent
    again, as a person would."""
    values = {"first_name": "Zofia", "last_name": "Wąsik", "unit": unit, "email": email, "phone": phone}
    for _try in range(10):
        for name, value in values.items():
            page.locator(f"main [name={name}]").fill(value)
        page.locator("main [name=role][value=owner]").check()
        page.locator("main [name=terms][type=checkbox]").check()
        page.locator("main [name=privacy][type=checkbox]").check()
        page.locator("main [name=code]").fill(answer(page))
        page.locator("main form").get_by_role("button", name="Wyślij", exact=True).click()
        page.wait_for_load_state()
        if re.search("/register/sent", page.url):
            return
    raise AssertionError(page.locator("main").inner_text())
