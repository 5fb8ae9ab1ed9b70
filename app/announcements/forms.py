"""What staff type for an announcement."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    MultipleFileField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from app.announcements import rules
from app.announcements.models import Announcement, AnnouncementTemplate
from app.announcements.rules import OTHER_LANGUAGES, TELL, Draft
from app.audience.forms import AudienceFields, given
from app.audience.rules import audience
from app.core.clock import local
from app.core.language import lazy_gettext as _l

END_OF_DAY, MORNING = time(23, 59), time(8, 0)


class AnnouncementForm(AudienceFields):
    """Checked by `rules`, so that every way of writing refuses alike."""

    title = StringField(
        _l("Tytuł"), description=_l("Krótko i konkretnie, na przykład „Przerwa w dostawie wody 3 grudnia”.")
    )
    body = TextAreaField(_l("Treść"))
    title_en = StringField(_l("Tytuł po angielsku"))
    body_en = TextAreaField(_l("Treść po angielsku"))
    title_uk = StringField(_l("Tytuł po ukraińsku"))
    body_uk = TextAreaField(_l("Treść po ukraińsku"))
    importance = RadioField(
        _l("Jak ważne"),
        choices=[
            SelectChoice(rules.ORDINARY, _l("Zwykłe – na liście ogłoszeń")),
            SelectChoice(rules.IMPORTANT, _l("Ważne – wyróżnione na górze listy")),
            SelectChoice(rules.FAILURE, _l("Awaria – na górze każdej strony, aż do jej końca")),
        ],
        default=rules.ORDINARY,
        validate_choice=False,
    )
    ends_day = StringField(_l("Koniec awarii – dzień"))
    ends_hour = StringField(_l("Godzina końca"))
    expires_day = StringField(_l("Wygasa – dzień"))
    expires_hour = StringField(_l("Godzina wygaśnięcia"))
    confirm = BooleanField(
        _l("Poproś o potwierdzenie przeczytania"),
        description=_l("Pod ogłoszeniem będzie przycisk „Potwierdzam przeczytanie”. Zobaczysz, kto go użył."),
    )
    tell = RadioField(
        _l("Jak powiadomić"),
        choices=[SelectChoice(name, label) for name, label in TELL.items()],
        default=rules.NOTICE,
        validate_choice=False,
    )
    letters = BooleanField(
        _l("Przygotuj listy dla osób, do których nie dotrze e-mail"),
        description=_l("Gotowe do druku, ułożone budynkami i klatkami. Znajdziesz je w wysyłkach."),
    )
    pictures = MultipleFileField(_l("Dodaj zdjęcia"), description=_l("JPEG, PNG lub WebP, każde do 10 MB."))
    files = MultipleFileField(_l("Dodaj załączniki"), description=_l("PDF, dokument albo arkusz, każdy do 10 MB."))
    version = HiddenField()
    form_key = HiddenField()

    def draft(self, kept: Announcement | None = None) -> Draft:
        """What was typed; audience and way of telling are those of `kept`, if it was published already.

        Raises `Refused` with the field.
        """
        other = {code: (self[f"title_{code}"].data or "", self[f"body_{code}"].data or "") for code in OTHER_LANGUAGES}
        return Draft(
            title=rules.checked_title(self.title.data),
            body=rules.checked_body(self.body.data),
            audience=kept.audience if kept is not None else self.chosen().as_json(),
            importance=self.importance.data or "",
            translations=rules.checked_translations(other),
            ends_at=rules.moment(self.ends_day.data, self.ends_hour.data, "ends_day", END_OF_DAY),
            expires_at=rules.moment(self.expires_day.data, self.expires_hour.data, "expires_day", END_OF_DAY),
            confirm=bool(self.confirm.data),
            tell=kept.tell if kept is not None else self.tell.data or "",
            letters=kept.letters if kept is not None else bool(self.letters.data),
        )

    def began_with(self) -> int:
        """The version that the editor began with; -1, which is never in force, for anything else."""
        return version(self.version.data)


class PublicationForm(Form):
    """When a draft appears."""

    when = RadioField(
        _l("Kiedy"),
        choices=[SelectChoice("now", _l("Od razu")), SelectChoice("later", _l("W wybranym terminie"))],
        default="now",
        validate_choice=False,
    )
    publish_day = StringField(_l("Dzień publikacji"))
    publish_hour = StringField(_l("Godzina publikacji"), description=_l("Jeśli jej nie podasz: 8:00."))
    version = HiddenField()

    def at(self) -> datetime | None:
        """The moment that was chosen (UTC), None for now. Raises `Refused`."""
        if self.when.data != "later":
            return None
        found = rules.moment(self.publish_day.data, self.publish_hour.data, "publish_day", MORNING)
        return found or rules.moment("?", "", "publish_day", MORNING)


class TemplateForm(Form):
    """What a template is called."""

    name = StringField(_l("Nazwa szablonu"), description=_l("Szablon o tej samej nazwie zostanie zastąpiony."))


def written(row: Announcement) -> dict[str, Any]:
    """An announcement as the values of a fresh form."""
    return (
        _words(row.title, row.body, row.translations)
        | given(audience(row.audience))
        | _when("ends", row.ends_at)
        | _when("expires", row.expires_at)
        | {
            "importance": row.importance,
            "confirm": row.confirm,
            "tell": row.tell,
            "letters": row.letters,
            "version": str(row.version),
        }
    )


def begun(template: AnnouncementTemplate) -> dict[str, Any]:
    """A template as the values of a fresh form."""
    return _words(template.title, template.body, template.translations) | {"importance": template.importance}


def version(typed: str | None) -> int:
    """A number as a form carries it; -1 for anything else."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 8 else -1


def _words(title: str, body: str, translations: dict[str, Any]) -> dict[str, Any]:
    other = {
        f"{part}_{code}": translations[code][part]
        for code in OTHER_LANGUAGES
        if code in translations
        for part in ("title", "body")
    }
    return {"title": title, "body": body} | other


def _when(name: str, moment: datetime | None) -> dict[str, str]:
    if moment is None:
        return {}
    shown = local(moment)
    return {f"{name}_day": f"{shown:%Y-%m-%d}", f"{name}_hour": f"{shown:%H:%M}"}
