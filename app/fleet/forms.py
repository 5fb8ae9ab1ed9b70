"""What operators type about all managers."""

from __future__ import annotations

from wtforms import Form, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.language import lazy_gettext as _l


class LimitsForm(Form):
    """The limits of a plan; an empty field is no limit."""

    units = StringField(_l("Lokale"), [Length(max=40)])
    gigabytes = StringField(_l("Miejsce na dane (GB)"), [Length(max=40)])
    letters = StringField(_l("Wiadomości z wysyłek w miesiącu"), [Length(max=40)])


class NoticeForm(Form):
    """A notice for the staff of managers; what it may be is checked by `notices`."""

    title = StringField(_l("Tytuł"), [InputRequired(_l("Podaj tytuł.")), Length(max=120)])
    body = TextAreaField(_l("Treść"), [InputRequired(_l("Podaj treść.")), Length(max=4000)])
    importance = RadioField(
        _l("Ważność"),
        [InputRequired(_l("Wybierz ważność."))],
        choices=[
            SelectChoice("info", _l("informacja")),
            SelectChoice("warn", _l("ostrzeżenie, na przykład przerwa techniczna")),
            SelectChoice("bad", _l("pilne, na przykład awaria")),
        ],
        default="info",
    )
    starts_on = StringField(_l("Od dnia"), [Length(max=20)])
    ends_on = StringField(_l("Do dnia (włącznie)"), [Length(max=20)])
    audience = RadioField(
        _l("Dla kogo"),
        [InputRequired(_l("Wybierz, dla kogo jest komunikat."))],
        choices=[
            SelectChoice("all", _l("dla wszystkich zarządców")),
            SelectChoice("kind", _l("dla wybranych rodzajów")),
            SelectChoice("chosen", _l("dla wybranych zarządców")),
        ],
        default="all",
    )
    kinds = SelectMultipleField(
        _l("Rodzaje zarządców"),
        choices=[
            SelectChoice("cooperative", _l("spółdzielnie")),
            SelectChoice("association", _l("wspólnoty")),
            SelectChoice("agency", _l("firmy zarządzające")),
        ],
    )
    slugs = TextAreaField(_l("Subdomeny wybranych zarządców"), [Length(max=20_000)])
