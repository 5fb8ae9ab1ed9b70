"""From a row's context to a letter: templates of ours in the recipient's language, and no engine on people's text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from app.core import language
from app.core.clock import local
from app.core.letter import Letter
from app.core.links import external
from app.outbox.letters import Kind
from app.outbox.rules import as_html, filled

TEMPLATES = Path(__file__).resolve().parent.parent / "web" / "templates"


@cache
def environment() -> Environment:
    """The templates of letters; undefined names are errors."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: language.catalogue(language.language()).gettext(message),
        lambda one, many, n: language.catalogue(language.language()).ngettext(one, many, n),
        newstyle=True,
    )
    env.filters["datetime"] = _moment
    env.globals["external"] = external
    return env


def rendered(
    kind: Kind, context: Mapping[str, Any], *, office: Any, name: str, locale: str, unsubscribe_url: str | None
) -> Letter:
    """The letter of this kind in this language.

    The context's `body_text` is people's text: it is filled from `fields` by literal names and escaped, never
    given to an engine. Raises `jinja2.TemplateError` and `KeyError` for a context that lacks something.
    """
    with language.use(locale):
        values = dict(context)
        fields: Mapping[str, str] = values.pop("fields", {})
        own = kind.subject is None or "subject" in values
        subject = filled(values.pop("subject"), fields) if own else str(kind.subject)
        if "body_text" in values:
            values["body_text"] = filled(values["body_text"], fields)
            values["body_html"] = _html(values["body_text"])
        values |= {
            "office": office,
            "subject": subject,
            "name": name,
            "locale": locale,
            "unsubscribe_url": unsubscribe_url,
        }
        text, html = _templates(kind.name)
        return Letter(subject, text.render(values), html.render(values))


def rendered_sms(kind: Kind, context: Mapping[str, Any], *, office: Any, locale: str) -> str:
    """The text message of this kind in this language, without white space at its ends.

    Raises `jinja2.TemplateError` for a context that lacks something.
    """
    with language.use(locale):
        template = environment().get_template(f"sms/{kind.name}.txt")
        return template.render({**context, "office": office, "locale": locale}).strip()


@cache
def _templates(name: str) -> tuple[Template, Template]:
    env = environment()
    return env.get_template(f"mail/{name}.txt"), env.get_template(f"mail/{name}.html")


@lru_cache(maxsize=32)
def _html(text: str) -> Markup:
    return as_html(text)


def _moment(moment: datetime | str | None) -> str:
    if not moment:
        return ""
    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{local(known):%d.%m.%Y, %H:%M}"
