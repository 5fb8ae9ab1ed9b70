"""What staff type for a mailout, a template, and the manager's rules."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from app.audience.forms import AudienceFields, given
from app.core.clock import WARSAW, local
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.mailouts.queries import Sent, Template
from app.mailouts.rules import LETTER_NONE, LETTERS, PAPERS, Channels, MailoutRules, Order

MORNING = time(8, 0)
_PRICE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?")


class MailoutForm(AudienceFields):
    """Checked by `rules`, so that the command line and the page refuse alike."""

    email = BooleanField(_l("E-mail"), default=True)
    sms = BooleanField(_l("SMS"))
    letter = RadioField(
        _l("Listy na papierze"),
        choices=[SelectChoice(name, label) for name, label in LETTERS.items()],
        default=LETTER_NONE,
        validate_choice=False,
    )
    subject = StringField(_l("Temat"))
    body = TextAreaField(_l("Treść"), description=_l("Zwykły tekst. Pusty wiersz zaczyna nowy akapit."))
    sms_text = TextAreaField(
        _l("Treść SMS-a"), description=_l("Krótko: im dłuższy SMS, tym więcej części, a każda kosztuje.")
    )
    papers = SelectMultipleField(_l("Dla każdego jego własny dokument"), validate_choice=False)
    files = MultipleFileField(
        _l("Załączniki dla wszystkich"), description=_l("PDF, zdjęcie, dokument lub arkusz; każdy do 5 MB.")
    )
    unit_files = MultipleFileField(
        _l("Pliki dla poszczególnych lokali"),
        description=_l(
            "Wiele plików naraz albo jeden ZIP. W nazwie każdego musi być kod lokalu, np. „rozliczenie 12-3.pdf”."
        ),
    )
    important = BooleanField(
        _l("Ważne"),
        description=_l("Nie czeka na koniec ciszy. Kto nie odczyta e-maila, dostanie potem SMS albo list."),
    )
    run_day = StringField(_l("Wyślij w dniu"), description=_l("Puste: od razu po zatwierdzeniu."))
    run_hour = StringField(_l("o godzinie"))
    skip_missing = BooleanField(
        _l("Pomiń osoby, którym brakuje danych"),
        description=_l("Bez tego wysyłka nie ruszy, dopóki komuś brakuje imienia, salda lub dokumentu."),
    )
    form_key = HiddenField()

    def order(self) -> Order:
        """What was typed. Raises `Refused` with the field."""
        return Order(
            subject=self.subject.data or "",
            body=self.body.data or "",
            audience=self.as_json(),
            channels=Channels(bool(self.email.data), bool(self.sms.data), self.letter.data or LETTER_NONE),
            sms_text=self.sms_text.data or "",
            important=bool(self.important.data),
            run_at=moment(self.run_day.data, self.run_hour.data),
            papers=tuple(self.papers.data or ()),
            skip_missing=bool(self.skip_missing.data),
        )


class TemplateForm(Form):
    """A template: its texts are checked when they are sent."""

    name = StringField(_l("Nazwa szablonu"))
    subject = StringField(_l("Temat"))
    body = TextAreaField(_l("Treść"))
    sms_text = TextAreaField(_l("Treść SMS-a"))


class RulesForm(Form):
    """The manager's rules."""

    sms_from = IntegerField(_l("SMS-y: cisza od godziny"))
    sms_until = IntegerField(_l("do godziny"))
    mail_from = IntegerField(_l("E-maile: cisza od godziny"))
    mail_until = IntegerField(_l("do godziny"))
    second_over = IntegerField(
        _l("Druga osoba powyżej tylu odbiorców"),
        description=_l("Większą wysyłkę musi zatwierdzić ktoś inny niż autor. 0: nigdy."),
    )
    sms_price = StringField(
        _l("Cena jednej części SMS-a (zł)"), description=_l("Z umowy z dostawcą, np. 0,10. Służy tylko do wyceny.")
    )

    def chosen(self) -> MailoutRules:
        """What was typed. Raises `Refused` with the field."""
        hours = {name: self[name].data for name in ("sms_from", "sms_until", "mail_from", "mail_until")}
        for name, hour in hours.items():
            if hour is None:
                raise Refused(_("Podaj godzinę od 0 do 23."), field=name)
        if self.second_over.data is None:
            raise Refused(_("Podaj liczbę osób; 0 oznacza, że nie trzeba drugiej osoby."), field="second_over")
        return MailoutRules(**hours, second_over=self.second_over.data, sms_grosze=_grosze(self.sms_price.data))


def offer_papers(form: MailoutForm) -> None:
    """Give the form the papers that can be made."""
    form.papers.choices = [SelectChoice(name, label) for name, (_maker, label) in PAPERS.items()]


def of(sent: Sent) -> dict[str, Any]:
    """A mailout as the values of a fresh form."""
    when = local(sent.run_at) if sent.run_at else None
    return {
        **given(sent.audience),
        "email": sent.channels.email,
        "sms": sent.channels.sms,
        "letter": sent.channels.letter,
        "subject": sent.subject,
        "body": sent.body,
        "sms_text": sent.sms_text,
        "papers": sent.papers,
        "important": sent.important,
        "run_day": f"{when:%Y-%m-%d}" if when else "",
        "run_hour": f"{when:%H:%M}" if when else "",
        "skip_missing": sent.skip_missing,
    }


def of_template(template: Template) -> dict[str, Any]:
    """A template as the values of a fresh form."""
    return {
        "name": template.name,
        "subject": template.subject,
        "body": template.body,
        "sms_text": template.sms_text,
        "sms": bool(template.sms_text),
    }


def moment(day: str | None, hour: str | None) -> datetime | None:
    """A day and an hour as people type them (Europe/Warsaw); None without a day. Raises `Refused` on `run_day`."""
    if not (day or "").strip():
        return None
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            date = datetime.strptime(day.strip(), form).date()  # type: ignore[union-attr]  # noqa: DTZ007
            at = datetime.strptime(hour.strip(), "%H:%M").time() if (hour or "").strip() else MORNING  # type: ignore[union-attr]  # noqa: DTZ007
            return datetime.combine(date, at, WARSAW)
        except ValueError:
            continue
    raise Refused(_("Podaj dzień i godzinę, np. 24.12.2026 i 8:00."), field="run_day")


def _grosze(typed: str | None) -> int:
    found = _PRICE.fullmatch((typed or "").strip())
    if not found:
        raise Refused(_("Podaj cenę od 0 do 10 zł."), field="sms_price")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
