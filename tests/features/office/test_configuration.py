"""The pages on which a manager sets up its portal, and what residents then see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from app.core.errors import Refused
from app.office import portal_rules, rules, settings, texts
from app.office.portal_rules import Letters, MenuRules, next_nightly
from app.outbox.carriers import sender
from app.web import menu
from tenants.db import db
from tests.features.office.conftest import Pages

HOME = "/admin/configuration"
OFFICE = {
    "name": "SM „Słoneczna”", "kind": "association", "short_name": "", "street_line": "Cicha 1",
    "city_line": "67-200 Głogów", "phone": "76 111 22 33", "email": "biuro@sloneczna.pl", "emergency": "112",
    "hours": "pn 8–16\r\nwt 8–15", "bank_account": "PL 61 1090 1014 0000 0712 1981 2874",
    "nip": "PL 123-456-32-18",
}  # fmt: skip


def audited(action: str) -> Any:
    statement = text("SELECT detail FROM audit_entries WHERE action = :action ORDER BY id DESC LIMIT 1")
    return db.session.scalar(statement, {"action": action})


def test_the_hub_lists_the_pages_and_every_one_of_them_opens(admin: Pages) -> None:
    page = admin.get(HOME)
    for path in ("office", "look", "texts", "menu", "letters", "portal"):
        assert f'href="{HOME}/{path}"' in page
        admin.get(f"{HOME}/{path}")
    assert "Ustawienia portalu" in admin.menu("/admin/")


def test_the_managers_data_are_saved_shown_and_audited(admin: Pages, client: Any, tenant: Any, inside: Any) -> None:
    admin.post(f"{HOME}/office", **OFFICE)
    page = admin.get(f"{HOME}/office")
    assert "61109010140000071219812874" in page and "1234563218" in page
    assert "SM „Słoneczna”" in client(tenant.slug).get("/login").text
    detail = inside(lambda: audited("office.updated"))
    assert detail["before"]["name"] == tenant.name and detail["after"]["name"] == "SM „Słoneczna”"
    assert detail["after"]["hours"] == "pn 8–16\nwt 8–15" and detail["before"]["kind"] == "cooperative"
    entries = "SELECT count(*) FROM audit_entries WHERE action = 'office.updated'"
    before = inside(lambda: db.session.scalar(text(entries)))
    admin.post(f"{HOME}/office", **OFFICE)
    assert inside(lambda: db.session.scalar(text(entries))) == before, "what did not change is not told of"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 201), ("email", "nie-adres"), ("email", "a@b"), ("email", "a@b.pl\nBcc: x@y.pl"),
        ("phone", "zadzwoń"), ("bank_account", "61109010140000071219812875"), ("bank_account", "1234"),
        ("nip", "1234567890"), ("nip", "123456321"), ("nip", "x" * 10_000),
        ("kind", "bank"), ("emergency", "<b>"), ("hours", "x" * 501),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_at_its_field(admin: Pages, field: str, value: str) -> None:
    page = admin.post(f"{HOME}/office", status=422, **(OFFICE | {field: value}))
    assert f'id="{field}-error"' in page or f'href="#{field}"' in page


def test_no_signs_that_control_a_terminal_or_turn_text_around() -> None:
    for odd in ("Cicha \x1b[31m1", "Cicha \u202e1", "Cicha\x00"):
        with pytest.raises(Refused):
            rules.checked_text("street_line", odd)


def test_a_short_name_of_ones_own_is_kept(admin: Pages, client: Any, tenant: Any) -> None:
    admin.post(f"{HOME}/office", **(OFFICE | {"short_name": "Słoneczko"}))
    assert '<span class="brand-name">Słoneczko' in client(tenant.slug).get("/login").text


def test_letters_carry_sender_reply_address_and_signature(
    admin: Pages, app: Any, tenant: Any, post: Any, inside: Callable[..., Any]
) -> None:
    admin.post(
        f"{HOME}/letters", sender_name="Biuro  „Słoneczna”", reply_to="kontakt@sloneczna.pl",
        signature="Z poważaniem\r\nZarząd", sms_sender="SLONECZNA", sms_plain="1",
    )  # fmt: skip
    page = admin.get(f"{HOME}/letters")
    assert "Z poważaniem" in page and "kontakt@sloneczna.pl" in page

    def made() -> Any:
        from app.office.queries import fresh_profile
        from app.outbox.letters import kind
        from app.outbox.rendering import rendered

        office = fresh_profile()
        context = {"login": "x", "at": "2026-01-01T10:00:00+00:00", "host": "x.pl"}
        letter = rendered(kind("password_changed"), context, office=office, name="", locale="pl", unsubscribe_url=None)
        return sender(office), letter

    who, letter = inside(made)
    assert (who.name, who.reply_to) == ("Biuro „Słoneczna”", "kontakt@sloneczna.pl")
    assert "Z poważaniem\nZarząd\n" in letter.text and "Z poważaniem<br>Zarząd" in letter.html
    assert inside(lambda: audited("office.settings_changed"))["after"]["reply_to"] == "kontakt@sloneczna.pl"


@pytest.mark.parametrize(
    "value",
    [
        Letters(sender_name="x" * 81), Letters(reply_to="a@b.pl\r\nBcc: c@d.pl"), Letters(reply_to="a@b.pl, c@d.pl"),
        Letters(sender_name="Biuro\x00"), Letters(signature="x" * 601), Letters(sms_sender="DWANASCIE ZN"),
        Letters(sms_sender="ŻÓŁĆ"), Letters(sms_sender="123456"), Letters(sms_sender="AB"), Letters(reply_to="x"),
    ],
)  # fmt: skip
def test_no_setting_of_letters_reaches_a_header_that_it_should_not(value: Letters) -> None:
    with pytest.raises(Refused):
        portal_rules.checked_letters(value)


def test_line_ends_in_a_sender_become_spaces() -> None:
    found = portal_rules.checked_letters(Letters(sender_name="Biuro\r\nBcc: x@y.pl"))
    assert found.sender_name == "Biuro Bcc: x@y.pl"


def test_only_languages_that_are_offered_can_be_chosen(admin: Pages, client: Any, tenant: Any) -> None:
    assert "Українська" in client(tenant.slug).get("/login").text
    admin.post(f"{HOME}/portal", offered=["en"], hour="")
    page = client(tenant.slug).get("/login").text
    assert "English" in page and "Українська" not in page
    assert '<html lang="pl"' in client(tenant.slug).get("/login?lang=uk").text
    assert '<html lang="en"' in client(tenant.slug).get("/login?lang=en").text
    admin.post(f"{HOME}/portal", hour="")
    assert "?lang=" not in client(tenant.slug).get("/login").text, "nothing to choose from"
    admin.post(f"{HOME}/portal", status=422, offered=["xx"], hour="")


@pytest.mark.parametrize("hour", ["24", "-1", "x", "23:00", "²", "1e1", "111"])
def test_an_hour_that_is_none_is_refused(admin: Pages, hour: str) -> None:
    assert 'id="hour-error"' in admin.post(f"{HOME}/portal", status=422, hour=hour)


def test_the_nightly_hour_stands_beside_the_balance(app: Any, town: Any, client: Any, inside: Any) -> None:
    from app.core.actor import system
    from tenants.context import bind

    def say(hour: int | None) -> None:
        from app.core import work

        with app.app_context(), bind(town.alfa):
            settings.write(system("tests"), settings.Nightly(hour))
            work.commit()

    anna = town.log_in(client, "anna")
    assert "odświeżane" not in anna.get("/payments").text
    try:
        say(23)
        for path in ("/payments", "/payments/entries"):
            assert "Dane odświeżane codziennie około 23:00" in anna.get(path).text
    finally:
        say(None)


def test_the_managers_account_stands_in_for_units_without_their_own(app: Any, town: Any, client: Any) -> None:
    from app.core import work
    from app.core.actor import system
    from app.office.commands import update_profile
    from tenants.context import bind

    def say(number: str) -> None:
        with app.app_context(), bind(town.alfa):
            update_profile(system("tests"), bank_account=number)
            work.commit()

    anna = town.log_in(client, "anna")
    try:
        say("61109010140000071219812874")
        assert "61 1090 1014 0000 0712 1981 2874" in anna.get("/payments").text
    finally:
        say("")


@pytest.mark.parametrize(
    ("moment", "hour", "next_one"),
    [
        ((2026, 11, 21, 12, 0), 23, (2026, 11, 21, 22, 0)),
        ((2026, 11, 21, 22, 0), 23, (2026, 11, 22, 22, 0)),
        ((2026, 7, 1, 12, 0), 23, (2026, 7, 1, 21, 0)),
        ((2026, 10, 24, 21, 30), 23, (2026, 10, 25, 22, 0)),  # clocks go back in this night
        ((2026, 10, 24, 22, 30), 2, (2026, 10, 25, 0, 0)),
        ((2027, 3, 27, 23, 0), 2, (2027, 3, 28, 1, 0)),  # 2:00 does not exist on this day
    ],
)
def test_the_next_nightly_data_are_right_when_clocks_change(
    moment: tuple[int, ...], hour: int, next_one: tuple[int, ...]
) -> None:
    assert next_nightly(datetime(*moment, tzinfo=UTC), hour) == datetime(*next_one, tzinfo=UTC)  # type: ignore[misc]


def fields(order: list[str], off: tuple[str, ...] = (), **more: str) -> dict[str, str]:
    found = {f"place_{module}": str(place) for place, module in enumerate(order, 1)}
    return found | {f"on_{module}": "1" for module in order if module not in off} | more


def known() -> list[str]:
    return [entry.module or "" for entry in menu.residents_entries()]


def test_the_default_tabs_are_those_that_residents_know(resident: Pages) -> None:
    wanted = ["Rachunki i płatności", "Moje dane", "Media", "Dokumenty", "Wiadomości", "Napisz do nas", "Kontakt"]
    shown = resident.menu()
    assert shown == [name for name in wanted if name in shown] and shown[0] == "Rachunki i płatności"
    labels = [str(entry.label) for entry in menu.residents_entries()]
    assert labels == [name for name in wanted if name in labels] and len(labels) >= 6


def test_the_manager_orders_and_names_the_tabs(admin: Pages, resident: Pages) -> None:
    order = list(reversed(known()))
    admin.post(f"{HOME}/menu", **fields(order, name_contact="Biuro"))
    shown = resident.menu()
    assert shown[0] == "Biuro" and shown[-1] == "Rachunki i płatności"
    assert resident.browser.get("/").headers["Location"] == "/contact", "the first tab is where one lands"
    admin.post(f"{HOME}/menu", **fields(order, name_contact="", move=f"down:{order[0]}"))
    assert resident.menu().index("Kontakt") == 1


def test_a_tab_that_is_off_is_gone_and_its_pages_are_404(
    admin: Pages, resident: Pages, client: Any, tenant: Any
) -> None:
    admin.post(f"{HOME}/menu", **fields(known(), off=("contact", "payments")))
    shown = resident.menu()
    assert "Kontakt" not in shown and "Rachunki i płatności" not in shown
    for path in ("/payments", "/payments/entries", "/contact"):
        resident.get(path, status=404)
    assert client(tenant.slug).get("/contact").status_code == 404
    assert resident.browser.get("/").headers["Location"] not in ("/payments", "/contact")


def test_a_menu_cannot_be_empty_and_names_have_bounds(admin: Pages) -> None:
    admin.post(f"{HOME}/menu", status=422, **fields(known(), off=tuple(known())))
    admin.post(f"{HOME}/menu", status=422)
    page = admin.post(f"{HOME}/menu", status=422, **fields(known(), name_me="x" * 41))
    assert 'id="name_me-error"' in page


def test_no_more_than_eight_tabs() -> None:
    nine = {f"m{number}": number for number in range(9)}
    with pytest.raises(Refused):
        portal_rules.checked_menu(nine, [], [], {})
    assert len(portal_rules.checked_menu(nine, ["m8"], ["m3", "no such"], {"no such": "x"}).off) == 1


def test_new_functions_are_announced_once_on_the_page_and_by_mail(
    admin: Pages, resident: Pages, app: Any, tenant: Any, inside: Callable[..., Any]
) -> None:
    from worker import entry

    def letters() -> list[tuple[str, Any]]:
        query = "SELECT i.address, c.context FROM outbox_items i JOIN outbox_causes c USING (cause)"
        return [tuple(row) for row in db.session.execute(text(f"{query} WHERE letter = 'modules_on'"))]

    def jobs() -> list[int]:
        return list(db.session.scalars(text("SELECT id FROM jobs WHERE name = 'notifications.announce_modules'")))

    admin.post(f"{HOME}/menu", **fields(known(), off=("documents",)))
    assert not inside(jobs)
    admin.post(f"{HOME}/menu", **fields(known(), tell_by_mail="1", tell_on_page="1"))
    assert "Nowość w portalu" in resident.get("/payments") and "Nowość w portalu" not in resident.get("/settings")
    (job,) = inside(jobs)
    for _ in range(2):
        with app.app_context():
            entry.run(tenant.id, job)
    found = inside(letters)
    assert [address for address, _ in found] == ["mieszkanka@example.com"]
    assert found[0][1]["names"]["pl"] == ["Dokumenty"]
    admin.post(f"{HOME}/menu", **fields(known(), tell_by_mail="1", tell_on_page="1"))
    assert inside(jobs) == [job], "nothing was switched on, so nothing is announced"


def test_the_announcement_ends_after_its_days(admin: Pages, resident: Pages, inside: Callable[..., Any]) -> None:
    from app.core.actor import system

    old = MenuRules(announced=("documents",), announced_until="2020-01-01")
    inside(lambda: settings.write(system("tests"), old))
    assert "Nowość w portalu" not in resident.get("/payments")


def test_the_menu_costs_no_statement(admin: Pages, resident: Pages, inside: Callable[..., Any]) -> None:
    """What the manager chose comes with the profile, which a process remembers."""
    from sqlalchemy import event

    seen: list[str] = []

    def count() -> int:
        resident.get("/payments")
        seen.clear()
        engine = inside(lambda: db.session.get_bind())
        event.listen(engine, "before_cursor_execute", note)
        try:
            resident.get("/payments")
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    before = count()
    admin.post(f"{HOME}/menu", **fields(list(reversed(known())), name_me="Ja"))
    assert count() == before


def test_a_text_is_written_previewed_and_published(admin: Pages, client: Any, tenant: Any) -> None:
    path = f"{HOME}/texts/help"
    page = admin.get(path)
    assert "Pierwsze logowanie" in page, "ours, to begin with"
    typed = {"title": "Pomoc", "body": "**Ważne** <script>", "follows": "0", "title_en": "Help", "body_en": "*Now*"}
    preview = admin.post(path, status=200, action="preview", **typed)
    assert "<strong>Ważne</strong> &lt;script&gt;" in preview
    assert "Pierwsze logowanie" in client(tenant.slug).get("/texts/help").text
    admin.post(path, action="publish", **typed)
    assert "<strong>Ważne</strong>" in client(tenant.slug).get("/texts/help").text
    assert "<em>Now</em>" in client(tenant.slug).get("/texts/help?lang=en").text
    assert "?version=1" in admin.get(path)
    assert "Ktoś inny" in admin.post(path, status=409, action="publish", **typed)
    admin.post(path, status=409, action="publish", **(typed | {"follows": "9" * 5000}))


def test_a_text_with_personal_data_is_published_only_after_a_person_has_decided(
    admin: Pages, client: Any, tenant: Any
) -> None:
    import io
    import re

    path = f"{HOME}/texts/terms"
    typed = {"title": "Regulamin", "body": "Pytania: 600 100 200, PESEL 44051401359.", "follows": "0"}
    page = admin.post(path, status=200, action="publish", upload=(io.BytesIO(b"%PDF-1.7 x"), "Wniosek.pdf"), **typed)
    assert "44051401359" in page and "Sprawdź, czy nie publikujesz danych osobowych" in page
    assert "44051401359" not in client(tenant.slug).get("/texts/terms").text
    seen, kept = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("guard_seen", "files"))
    assert seen and kept, "the file that was chosen stays"
    answer = {"guard_seen": seen[1], "guard_confirmed": "1", "files": [kept[1]]}
    admin.post(path, status=200, action="publish", **typed, **answer)
    admin.post(path, action="publish", guard_reason="numer przykładowy", **typed, **answer)
    assert "44051401359" in client(tenant.slug).get("/texts/terms").text
    assert "numer przykładowy" in admin.get("/admin/guard")


def test_an_attachment_survives_the_preview(admin: Pages, client: Any, tenant: Any) -> None:
    import io
    import re

    path = f"{HOME}/texts/terms"
    typed = {"title": "Regulamin", "body": "Treść", "follows": "0"}
    upload = (io.BytesIO(b"%PDF-1.7 x"), "Wniosek.pdf")
    page = admin.post(path, status=200, action="preview", upload=upload, **typed)
    kept = re.search(r'name="files" value="([^"]+)" checked', page)
    assert kept
    admin.post(path, action="publish", files=[kept[1]], **typed)
    assert "Wniosek.pdf" in client(tenant.slug).get("/texts/terms").text
    page = admin.post(
        path, status=422, action="publish", upload=(io.BytesIO(b"<svg>"), "x.svg"), **(typed | {"follows": "1"})
    )
    assert "PDF, DOCX albo PNG" in page
    admin.get(f"{HOME}/texts/nothing", status=404)


def test_the_manual_is_linked_from_the_public_page_and_inside(resident: Pages, client: Any, tenant: Any) -> None:
    for page in (client(tenant.slug).get("/login").text, resident.get("/settings")):
        assert 'href="/texts/help">Instrukcja obsługi</a>' in page
    assert "Nie udostępniaj nikomu hasła" in client(tenant.slug).get("/texts/safety").text


def test_a_welcome_stands_above_the_login(admin: Pages, client: Any, tenant: Any) -> None:
    admin.post(f"{HOME}/texts/welcome", action="publish", title="Witaj", body="Miło Cię widzieć", follows="0")
    assert "Miło Cię widzieć" in client(tenant.slug).get("/login").text


def test_the_kinds_of_managers_are_those_of_the_platform() -> None:
    from app.operators.rules import KINDS

    assert tuple(rules.KINDS) == KINDS and set(texts.KINDS) >= {"welcome", "help", "terms", "privacy", "paper"}
