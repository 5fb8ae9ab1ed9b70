"""What the manager types into its configuration. Values are checked by the rules, so that every door refuses alike."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    FileField,
    Form,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.core.language import DEFAULT, LANGUAGES
from app.core.language import lazy_gettext as _l
from app.office.rules import KINDS


class OfficeForm(Form):
    """Name and contact."""

    name = StringField(_l("Pełna nazwa"), [InputRequired(_l("Podaj nazwę."))])
    short_name = StringField(
        _l("Krótka nazwa"), description=_l("Widać ją na górze strony, także w telefonie. Na przykład SM „Słoneczna”.")
    )
    kind = RadioField(_l("Rodzaj"), choices=[SelectChoice(key, label) for key, label in KINDS.items()])
    street_line = StringField(_l("Ulica i numer"))
    city_line = StringField(_l("Kod i miejscowość"))
    phone = StringField(_l("Telefon"))
    email = StringField(_l("E-mail"))
    emergency = StringField(
        _l("Telefon alarmowy"), description=_l("Pogotowie techniczne: awarie wody, prądu, windy poza godzinami biura.")
    )
    hours = TextAreaField(
        _l("Godziny pracy biura"),
        description=_l("Jednym zdaniem. Godziny na każdy dzień tygodnia ustawisz w części „Kontakt”."),
    )
    bank_account = StringField(
        _l("Numer rachunku bankowego"),
        description=_l("26 cyfr. Zobaczą go mieszkańcy, których lokal nie ma własnego numeru."),
    )
    nip = StringField(
        _l("NIP"), description=_l("10 cyfr. Trafi do kodów QR, którymi mieszkańcy płacą w aplikacji banku.")
    )


class ColourForm(Form):
    """The colour."""

    accent = StringField(
        _l("Kod koloru"),
        description=_l("Znak # i sześć cyfr szesnastkowych, na przykład #1f6650. Możesz też wybrać kolor."),
    )


class LogoForm(Form):
    """The logo."""

    logo = FileField(
        _l("Plik z logo"),
        description=_l("PNG, JPEG albo WebP, najwyżej 5 MB. Najlepiej wygląda szerokie, z przezroczystym tłem."),
    )


class LettersForm(Form):
    """What stands on letters and text messages."""

    sender_name = StringField(
        _l("Nazwa nadawcy"), description=_l("Tak podpisujemy wiadomości w skrzynce mieszkańca. Puste: nazwa zarządcy.")
    )
    reply_to = StringField(
        _l("Adres do odpowiedzi"),
        description=_l("Tu przyjdzie odpowiedź, gdy mieszkaniec odpisze na wiadomość. Puste: e-mail biura."),
    )
    signature = TextAreaField(
        _l("Podpis"), description=_l("Kilka wierszy na końcu każdej wiadomości, na przykład „Z poważaniem, Zarząd”.")
    )
    sms_sender = StringField(
        _l("Nadawca SMS"),
        description=_l("Od 3 do 11 liter i cyfr bez polskich znaków. Nazwę trzeba najpierw zgłosić dostawcy SMS."),
    )
    sms_plain = BooleanField(
        _l("Wysyłaj SMS bez polskich znaków"), description=_l("Wiadomość z „ą” i „ę” kosztuje zwykle dwa razy więcej.")
    )


class PortalForm(Form):
    """Languages and nightly data."""

    offered = SelectMultipleField(
        _l("Języki portalu"),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items() if code != DEFAULT],
        description=_l("Polski jest zawsze. Zaznacz, jakie jeszcze języki mogą wybrać odwiedzający."),
    )
    hour = StringField(
        _l("Godzina nocnego odświeżenia danych"),
        description=_l(
            "Od 0 do 23, na przykład 23. Przy saldzie napiszemy, o której dane się odświeżają. Może być puste."
        ),
    )


class TextForm(Form):
    """A new version of a text."""

    follows = HiddenField()
    title = StringField(_l("Tytuł"))
    body = TextAreaField(_l("Treść"))
    title_en = StringField(_l("Tytuł po angielsku"))
    body_en = TextAreaField(_l("Treść po angielsku"))
    title_uk = StringField(_l("Tytuł po ukraińsku"))
    body_uk = TextAreaField(_l("Treść po ukraińsku"))
    files = SelectMultipleField(_l("Załączniki"), choices=[], validate_choice=False)
    upload = FileField(
        _l("Dodaj załącznik"), description=_l("PDF, DOCX albo PNG, najwyżej 10 MB. Dodasz go przyciskiem „Podgląd”.")
    )
    needs_acceptance = BooleanField(
        _l("Mieszkańcy mają potwierdzić tę wersję"),
        description=_l(
            "Przy najbliższym wejściu zobaczą ją i potwierdzą jeden raz. Zaznacz, gdy zmieniają się zasady."
        ),
    )

    def translations(self) -> dict[str, tuple[str, str]]:
        """(title, body) by locale."""
        return {
            "en": (self.title_en.data or "", self.body_en.data or ""),
            "uk": (self.title_uk.data or "", self.body_uk.data or ""),
        }
