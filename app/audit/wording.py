"""The audit log in words. An act without a sentence here is shown by its name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core.clock import local
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

_ACTIONS = {
    "account.activation_renewed": _l("Operator wydał nowy link aktywacyjny administratora"),
    "account.activation_used": _l("Ustawiono hasło z linku aktywacyjnego"),
    "account.blocked": _l("Zablokowano konto"),
    "account.closed": _l("Zamknięto konto"),
    "account.watched": _l("Obejrzano portal oczami mieszkańca"),
    "announcement.changed": _l("Zmieniono ogłoszenie"),
    "announcement.confirmed": _l("Potwierdzono przeczytanie ogłoszenia"),
    "announcement.deleted": _l("Usunięto szkic ogłoszenia"),
    "announcement.files_added": _l("Dodano pliki do ogłoszenia"),
    "announcement.files_removed": _l("Usunięto pliki ogłoszenia"),
    "announcement.published": _l("Opublikowano ogłoszenie"),
    "announcement.scheduled": _l("Zaplanowano ogłoszenie"),
    "announcement.template_deleted": _l("Usunięto szablon ogłoszenia"),
    "announcement.template_kept": _l("Zapisano szablon ogłoszenia"),
    "announcement.unscheduled": _l("Cofnięto ogłoszenie do szkicu"),
    "announcement.withdrawn": _l("Wycofano ogłoszenie"),
    "announcement.written": _l("Zapisano szkic ogłoszenia"),
    "books.exported": _l("Pobrano listę z ksiąg"),
    "account.confirmation_resent": _l("Ponowiono prośbę o potwierdzenie adresu lub numeru"),
    "account.contact_given_up": _l("Zrezygnowano ze zmiany adresu lub numeru"),
    "account.corrected": _l("Poprawiono dane konta w biurze"),
    "account.created": _l("Założono konto"),
    "account.created_many": _l("Założono wiele kont"),
    "account.email_asked": _l("Poproszono o zmianę adresu e-mail"),
    "account.email_changed": _l("Zmieniono adres e-mail"),
    "account.email_objected": _l("Zgłoszono sprzeciw wobec zmiany adresu e-mail"),
    "account.letter_used": _l("Ustawiono hasło kodem z listu"),
    "account.link_renewed": _l("Wydano nowy link do hasła"),
    "account.linked": _l("Powiązano konto z osobą z ewidencji"),
    "account.locale_chosen": _l("Zmieniono język konta"),
    "account.logged_in": _l("Zalogowano się"),
    "account.logged_out": _l("Wylogowano się"),
    "account.opened_early": _l("Otwarto konto przed nocną aktualizacją"),
    "account.password_changed": _l("Zmieniono hasło"),
    "account.phone_asked": _l("Poproszono o zmianę numeru telefonu"),
    "account.phone_changed": _l("Zmieniono numer telefonu"),
    "account.reset_asked": _l("Wysłano link do nowego hasła"),
    "account.reset_used": _l("Ustawiono nowe hasło z linku"),
    "account.resignation_asked": _l("Poproszono o zamknięcie konta"),
    "account.resignation_withdrawn": _l("Wycofano prośbę o zamknięcie konta"),
    "account.unblocked": _l("Odblokowano konto"),
    "account.unit_granted": _l("Przypisano lokal do konta"),
    "account.unit_revoked": _l("Odebrano kontu dostęp do lokalu"),
    "account.unlock_asked": _l("Wysłano kod odblokowania logowania"),
    "account.unlocked": _l("Wyzerowano licznik nieudanych prób"),
    "account.welcomed": _l("Ukończono pierwsze logowanie"),
    "audit.exported": _l("Pobrano dziennik zmian"),
    "calendar.feed_made": _l("Utworzono prywatny link do kalendarza"),
    "calendar.feed_withdrawn": _l("Wycofano prywatny link do kalendarza"),
    "balance.confirmed": _l("Wystawiono potwierdzenie salda"),
    "credentials.code_used": _l("Użyto kodu z listu"),
    "credentials.handed_out": _l("Wydano dane do logowania"),
    "credentials.letter_downloaded": _l("Pobrano list z danymi do logowania"),
    "credentials.letters_downloaded": _l("Pobrano listy z danymi do logowania"),
    "credentials.letters_wiped": _l("Usunięto listy z danymi do logowania"),
    "document.changed": _l("Zmieniono dokument"),
    "document.discarded": _l("Usunięto szkic dokumentu"),
    "document.published": _l("Opublikowano dokument"),
    "document.reopened": _l("Przywrócono dokument do szkiców"),
    "document.saved": _l("Dodano dokument"),
    "document.version_added": _l("Dodano wersję dokumentu"),
    "document.version_withdrawn": _l("Wycofano wersję dokumentu"),
    "document.withdrawn": _l("Wycofano dokument"),
    "document_batch.dropped": _l("Porzucono wgrane pliki"),
    "document_batch.stored": _l("Zapisano dokumenty z wgranych plików"),
    "document_batch.taken": _l("Wgrano wiele plików"),
    "document_folder.made": _l("Dodano teczkę"),
    "document_folder.removed": _l("Usunięto teczkę"),
    "document_folder.renamed": _l("Zmieniono nazwę teczki"),
    "factor.passed": _l("Potwierdzono logowanie drugim krokiem"),
    "factor.reset": _l("Usunięto drugi krok logowania w biurze"),
    "guard.overridden": _l("Opublikowano mimo ostrzeżenia o danych osobowych"),
    "import.received": _l("Przyjęto plik z danymi"),
    "credentials.batch_started": _l("Rozpoczęto wydawanie danych do logowania"),
    "import_profile.created": _l("Utworzono profil importu"),
    "import_profile.changed": _l("Zmieniono profil importu"),
    "import_profile.deleted": _l("Usunięto profil importu"),
    "import_profile.sample_taken": _l("Wgrano plik wzorcowy profilu importu"),
    "import_profile.sample_dropped": _l("Usunięto plik wzorcowy profilu importu"),
    "import.published": _l("Opublikowano dane"),
    "imports.published": _l("Zawiadomiono o nowych rozliczeniach"),
    "import.refused": _l("Odrzucono plik z danymi"),
    "import.unchanged": _l("Wczytano dane bez zmian"),
    "import.checked": _l("Sprawdzono plik z danymi"),
    "import.failed": _l("Nie udało się wczytać danych"),
    "import.handed_on": _l("Przyjęto z folderu plik z banku"),
    "import.late": _l("Zawiadomiono, że dane nie dotarły na czas"),
    "import.turned_away": _l("Nie przyjęto pliku z folderu"),
    "import.undone": _l("Cofnięto opublikowane dane"),
    "import.undo_asked": _l("Zlecono cofnięcie opublikowanych danych"),
    "import.waiting": _l("Wstrzymano dane do czyjejś zgody"),
    "import.approved": _l("Zgodzono się na publikację danych"),
    "import.recheck_asked": _l("Zlecono ponowne sprawdzenie danych"),
    "import.rejected": _l("Odmówiono publikacji danych"),
    "import.cancelled": _l("Przerwano wczytywanie danych"),
    "import.cancel_asked": _l("Poproszono o przerwanie wczytywania danych"),
    "interest.held": _l("Wstrzymano odsetki od dokumentu"),
    "interest.hold_withdrawn": _l("Cofnięto wstrzymanie odsetek"),
    "mail.declined": _l("Zrezygnowano z wiadomości"),
    "mail.wanted_again": _l("Wznowiono wiadomości"),
    "mailout.sent": _l("Wysłano wiadomość do mieszkańców"),
    "message.answered": _l("Odpowiedziano na wiadomość"),
    "message.accepted": _l("Uznano list za wiadomość mieszkańca"),
    "message.dropped": _l("Odrzucono list z nieznanego adresu"),
    "message.handled": _l("Zmieniono termin lub rodzaj sprawy"),
    "message.noted": _l("Dodano notatkę do sprawy"),
    "message.reopened": _l("Sprawa została otwarta ponownie"),
    "message.sent": _l("Wysłano wiadomość"),
    "message.started": _l("Rozpoczęto korespondencję"),
    "message.state": _l("Zmieniono stan sprawy"),
    "message.taken": _l("Przekazano sprawę"),
    "message.template_saved": _l("Zapisano wzór odpowiedzi"),
    "message.template_withdrawn": _l("Usunięto wzór odpowiedzi"),
    "message.unverified": _l("Przyszedł list z nieznanego adresu"),
    "notifications.chosen": _l("Zmieniono powiadomienia"),
    "office.file_kept": _l("Zapisano plik"),
    "office.settings_changed": _l("Zmieniono ustawienia portalu"),
    "office.text_published": _l("Opublikowano tekst"),
    "office.updated": _l("Zmieniono dane zarządcy"),
    "personal.answered": _l("Odpowiedziano na wniosek o dane osobowe"),
    "personal.asked": _l("Złożono wniosek o dane osobowe"),
    "personal.downloaded": _l("Pobrano dane osobowe"),
    "personal.erased": _l("Usunięto dane osobowe"),
    "personal.withdrawn": _l("Wycofano wniosek o dane osobowe"),
    "registration.answered": _l("Rozpatrzono wniosek o konto"),
    "registration.email_confirmed": _l("Potwierdzono adres we wniosku o konto"),
    "registration.proved": _l("Potwierdzono tożsamość danymi z rachunku"),
    "registration.recorded": _l("Wprowadzono papierowy wniosek o konto"),
    "registration.sent": _l("Złożono wniosek o konto"),
    "registration.withdrawn": _l("Wycofano wniosek o konto"),
    "rate.added": _l("Dodano stawkę odsetek"),
    "rate.corrected": _l("Poprawiono stawkę odsetek"),
    "rate.withdrawn": _l("Usunięto stawkę odsetek"),
    "statement.accepted": _l("Potwierdzono wyciąg, który się nie zgadza"),
    "statement.failed": _l("Nie udało się wczytać pliku z banku"),
    "statement.ignored": _l("Pominięto wpłatę z banku"),
    "statement.matched": _l("Przypisano wpłatę z banku do lokalu"),
    "statement.payer_forgotten": _l("Usunięto znanego płatnika"),
    "statement.received": _l("Przyjęto plik z banku"),
    "statement.refused": _l("Odrzucono plik z banku"),
    "statement.scheme_added": _l("Dodano rachunki wirtualne"),
    "statement.scheme_removed": _l("Usunięto rachunki wirtualne"),
    "statement.taken": _l("Wczytano plik z banku"),
    "statement.unmatched": _l("Cofnięto przypisanie wpłaty z banku"),
    "staff.changed": _l("Zmieniono uprawnienia pracownika"),
    "staff.invited": _l("Zaproszono pracownika"),
    "token.created": _l("Utworzono token dla programu"),
    "token.revoked": _l("Unieważniono token programu"),
    "token.rotated": _l("Wymieniono token programu"),
    "operator.created": _l("Założono konto operatora"),
    "operator.logged_in": _l("Operator zalogował się"),
    "operator.logged_out": _l("Operator wylogował się"),
    "operator.password_right": _l("Operator podał właściwe hasło"),
    "tenant.ordered": _l("Zamówiono nowego zarządcę"),
    "tenant.created": _l("Utworzono zarządcę"),
    "tenant.opened": _l("Utworzono zarządcę"),
    "tenant.suspended": _l("Wstrzymano zarządcę"),
    "tenant.resumed": _l("Wznowiono zarządcę"),
    "tenant.restored": _l("Przywrócono zarządcę z archiwum"),
    "tenant.deleted": _l("Usunięto zarządcę"),
    "tenant.exported": _l("Operator pobrał archiwum portalu"),
    "text.accepted": _l("Potwierdzono zapoznanie się z tekstem"),
}
_FIELDS = {
    "accent": _l("Kolor"),
    "buildings": _l("Budynki"),
    "city_line": _l("Kod i miejscowość"),
    "email": _l("E-mail"),
    "entry": _l("Pozycja w księgach"),
    "expires_at": _l("Działa do"),
    "fields": _l("Zmienione pola"),
    "hours": _l("Godziny pracy"),
    "identity": _l("Jak sprawdzono tożsamość"),
    "kind": _l("Rodzaj"),
    "lines": _l("Liczba wpisów"),
    "locale": _l("Język"),
    "login": _l("Login"),
    "mailed": _l("Wysłano e-mailem"),
    "name": _l("Nazwa"),
    "nip": _l("NIP"),
    "note": _l("Uwaga"),
    "opens_at": _l("Działa od"),
    "overlap_hours": _l("Godziny działania starego tokenu"),
    "percent": _l("Stawka w procentach"),
    "person": _l("Osoba z ewidencji"),
    "phone": _l("Telefon"),
    "reason": _l("Powód"),
    "recipients": _l("Odbiorcy"),
    "revision": _l("Wersja danych"),
    "role": _l("Rola"),
    "scopes": _l("Uprawnienia"),
    "short_name": _l("Krótka nazwa"),
    "signed_on": _l("Data podpisu"),
    "since": _l("Od"),
    "status": _l("Stan konta"),
    "street_line": _l("Ulica i numer"),
    "subject": _l("Czego dotyczy"),
    "title": _l("Tytuł"),
    "unit": _l("Lokal"),
    "units": _l("Lokale"),
    "source": _l("Źródło"),
    "until": _l("Do"),
    "version": _l("Wersja"),
    "way": _l("Sposób"),
    "who": _l("Kto"),
}
_VALUES = {
    "active": _l("czynne"),
    "blocked": _l("zablokowane"),
    "closed": _l("zamknięte"),
    "resident": _l("mieszkaniec"),
    "admin": _l("administrator"),
    "accountant": _l("księgowość"),
    "clerk": _l("pracownik biura"),
    "board": _l("zarząd"),
    "agency": _l("firma zarządzająca"),
    "association": _l("wspólnota"),
    "cooperative": _l("spółdzielnia"),
    "facts": _l("samodzielnie"),
    "form": _l("formularz"),
    "letter": _l("List z jednorazowym kodem"),
    "link": _l("Link aktywacyjny e-mailem"),
    "paper": _l("papier"),
    "screen": _l("Login i hasło na ekranie"),
    "two_channels": _l("Dwa kanały: login e-mailem, hasło SMS-em"),
}
_KINDS = {
    "account": _l("konto w portalu"),
    "operator": _l("operator platformy"),
    "system": _l("system"),
    "token": _l("program"),
    "visitor": _l("gość"),
}


def action_label(action: str) -> str:
    """What was done, in words; the act's own name where there are none."""
    if action.startswith("factor.") and action not in _ACTIONS:
        return _("Zmieniono drugi krok logowania")
    return str(_ACTIONS.get(action, action))


def actor_kind_label(kind: str) -> str:
    return str(_KINDS.get(kind, kind))


def field_label(name: str) -> str:
    return str(_FIELDS.get(name, name.replace("_", " ")))


def value_text(value: Any) -> str:
    """A value of the log as people read it."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("tak") if value else _("nie")
    if isinstance(value, list | tuple):
        return ", ".join(value_text(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{field_label(name)}: {value_text(one)}" for name, one in value.items())
    return _moment(str(value)) or str(_VALUES.get(str(value), value))


def _moment(value: str) -> str | None:
    """A moment in ISO form, with a zone, as people read it; None for any other text."""
    if not 20 <= len(value) <= 35 or "T" not in value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return f"{local(found):%d.%m.%Y, %H:%M}" if found.tzinfo else None
