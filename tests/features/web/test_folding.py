"""Templates with the words of one language in them say just what they said when each word was looked up."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import DictLoader
from markupsafe import Markup

from app.web.folding import FoldingEnvironment

WORDS = {"Saldo": "Balance", "do %(day)s: %(sum)s": "%(sum)s by %(day)s", "100%%": "100%%", "<b>": "<i>"}


@pytest.fixture
def said(app: Any) -> Any:
    """`said(source, **values)` is what a template says in English."""

    def say(source: str, name: str = "page.html", **values: Any) -> str:
        env = FoldingEnvironment(app, autoescape=app.select_jinja_autoescape, loader=DictLoader({name: source}))
        env.globals["_"] = lambda message, **given: Markup(WORDS.get(message, message)) % given
        speaking = env.speaking(
            lambda message: Markup(WORDS.get(message, message)), {"icon": lambda name: Markup(f"<svg>{name}</svg>")}
        )
        return str(speaking.get_template(name).render(**values))

    return say


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ _('Saldo') }}", "Balance"),
        ("{{ _('Nieznane') }}", "Nieznane"),
        ("{{ _('100%%') }}", "100%"),
        ("{{ _('<b>') }}{{ '<b>' }}", "<i>&lt;b&gt;"),
        ("{{ _('do %(day)s: %(sum)s', day='<1>', sum=2) }}", "2 by &lt;1&gt;"),
        ("{{ _('do %(day)s: %(sum)s', day=day, sum=markup) }}", "<u>2</u> by &amp;"),
        ("{% set x = _('do %(day)s: %(sum)s', day=day, sum=1) %}{{ x }}{{ x|length }}", "1 by &amp;10"),
        ("{% set word = 'Saldo' %}{{ _(word) }}", "Balance"),
        ("{{ icon('home') }}{% set name = 'bell' %}{{ icon(name) }}", "<svg>home</svg><svg>bell</svg>"),
        ("{% macro icon(name) %}mine{% endmacro %}{{ none or 0.5 }}", "0.5"),
        ("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(_('Saldo')) }}{{ m('<') }}{{ m(day) }}", "Balance&lt;&amp;"),
    ],
)
def test_what_is_said_early_is_what_would_be_said_late(said: Any, source: str, text: str) -> None:
    assert said(source, day="&", markup=Markup("<u>2</u>"), icon=lambda name: Markup(f"<svg>{name}</svg>")) == text


def test_plain_text_is_not_escaped(said: Any) -> None:
    assert said("{{ _('do %(day)s: %(sum)s', day=1, sum=2) }} {{ day }}", name="letter.txt", day="&") == "2 by 1 &"


def test_a_language_has_templates_of_its_own(client: Any, town: Any) -> None:
    browser = client("alfa")
    assert "Zaloguj się" in browser.get("/login").text
    assert "Log in" in browser.get("/login?lang=en").text
    assert "Zaloguj się" in browser.get("/login?lang=pl").text
