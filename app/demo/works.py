"""A demo building site: people of several firms, weekly reports and photographs, letters, invoices, a schedule."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from app.accounts import rules as logins
from app.accounts.commands import NewAccount, create_many
from app.accounts.models import Account
from app.attachments.checking import checked
from app.attachments.rules import DOCUMENTS, PICTURES, Checked
from app.core.actor import Actor, Role, rights, system
from app.core.clock import now, today
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile
from app.works import commands
from app.works.access import Place, place
from app.works.filing import series
from app.works.filing.commands import Sheet, file_away
from app.works.invoices import commands as invoices
from app.works.models import WorksSite
from app.works.post.commands import sending
from app.works.showing import commands as showing
from config.settings import DEMO_PASSWORD
from tenants.db import db

SHEET = Path(__file__).parent / "print" / "document.typ"
NAME = "Remont dachu i elewacji"
#: login -> (name, firm, role on the site)
PEOPLE = {
    "wlasciciel": ("Halina Inwestorska", "Zarząd spółdzielni", "owner"),
    "inspektor": ("Roman Nadzorny", "Nadzory Lubuskie", "inspector"),
    "architekt": ("Zofia Kreślińska", "Pracownia Kreślińska", "architect"),
    "kierownik": ("Tomasz Budny", "Budny i Synowie Sp. z o.o.", "manager"),
    "wykonawca": ("Igor Dekarz", "Dachy Dekarz", "contractor"),
    "kosztorysant": ("Ewa Liczbowska", "Kosztorysy Liczbowska", "estimator"),
}
STAGES = (("Rusztowania i zabezpieczenie wejść", -70, -56, -57), ("Wymiana pokrycia dachu", -55, -14, -12),
          ("Obróbki blacharskie i kominy", -13, 12, None), ("Ocieplenie elewacji północnej", 13, 60, None))  # fmt: skip
MONEY = (("Pokrycie dachu", 412_000_00, 396_450_00), ("Obróbki i kominy", 88_500_00, 21_300_00),
         ("Elewacja północna", 240_000_00, 0), ("Nadzór i dokumentacja", 36_000_00, 18_000_00))  # fmt: skip
WEEKS = 5


def build(building: str) -> None:
    """Open the site for a building, unless it is there. Commits nothing."""
    if db.session.scalars(select(WorksSite.id).where(WorksSite.name == NAME)).first() is not None:
        return
    hashed = logins.hashed(DEMO_PASSWORD)
    rows = [NewAccount(login, Role.COLLABORATOR, f"{login}@budowa.example") for login in PEOPLE]
    create_many(system("cli"), rows, hashed)
    admin = _actor("admin")
    site = commands.open_site(
        admin, NAME, [building], street="ul. Lipowa 4", postcode="67-200", city="Głogów",
        about="Wymiana pokrycia dachu z papy na blachę, nowe obróbki i kominy, ocieplenie ściany północnej.",
        directions="Wjazd od ul. Polnej, za szlabanem w lewo. Materiały zostawiamy przy klatce C.\n"
        "Kierownik budowy jest na miejscu od 7:00 do 15:00.",
        invoice_name=profile().name, invoice_nip="5260250274", invoice_address="ul. Główna 1, 67-200 Głogów",
        invoice_email="faktury@osiedle.example",
        starts_on=today() - timedelta(days=70), ends_on=today() + timedelta(days=60),
    )  # fmt: skip
    here = place(admin, site.public_id)
    for login, (name, firm, duty) in PEOPLE.items():
        commands.add_member(admin, here, _account(login).id, name, duty, firm)
    _fill(site.public_id)


def _fill(site: str) -> None:
    monday = today() - timedelta(days=today().weekday())
    _papers(site, monday)
    _photographs(site, monday)
    _letters(site)
    _invoice(site)
    _show(site)


def _papers(site: str, monday: date) -> None:
    architect, manager = _at(site, "architekt"), _at(site, "kierownik")
    drawing = _sheet("Rzut dachu, rysunek A-04", "Skala 1:100. Spadki połaci 8%, odwodnienie do rynien istniejących.")
    file_away(architect, Sheet("design", "Rzut dachu, rysunek A-04", dated_on=monday - timedelta(days=80)), [drawing])
    for back in range(WEEKS, 0, -1):
        week = monday - timedelta(weeks=back)
        title = f"Raport tygodniowy {WEEKS - back + 1}"
        text = f"Tydzień od {week:%d.%m.%Y}. Prace zgodnie z harmonogramem, dwa dni przerwy z powodu deszczu."
        sheet = Sheet("reports", title, dated_on=week + timedelta(days=4), week_on=week)
        file_away(manager, sheet, [_sheet(title, text)])


def _photographs(site: str, monday: date) -> None:
    """A series in which one week is missing, as happens."""
    builder = _at(site, "wykonawca")
    owner, who = _at(site, "wlasciciel"), _actor("wlasciciel")
    wanted = {
        "title": "Dach od strony podwórza", "member": builder.member_public_id, "weekday": 5, "every": 1,
        "starts_on": monday - timedelta(weeks=WEEKS), "ends_on": None, "note": "",
    }  # fmt: skip
    row = series.begin(who, owner, "photo", wanted)
    db.session.flush()
    for back in range(WEEKS, 0, -1):
        if back == 2:
            continue
        week = monday - timedelta(weeks=back)
        done = (WEEKS - back + 1) / WEEKS
        sheet = Sheet("photos", f"{row.title}, tydzień od {week:%d.%m.%Y}", week_on=week, series_id=row.id)
        made = file_away(builder, sheet, [_photo(done, shot) for shot in (1, 2, 3)])
        made.shown_at = now()


def _letters(site: str) -> None:
    manager = _at(site, "kierownik")
    draft = sending.Draft(
        ("d:estimator",), "",
        "Dzień dobry,\n\nproszę o wycenę dodatkowych obróbek przy trzech kominach (ok. 14 mb). Rysunek A-04 jest w "
        "plikach.\n\nTomasz Budny",
        "Wycena obróbek przy kominach", due_on=today() + timedelta(days=4),
    )  # fmt: skip
    sending.begin(_actor("kierownik"), manager, draft, "demo-wycena")


def _invoice(site: str) -> None:
    typed: dict[str, Any] = {
        "kind": "invoice", "seller": "Dachy Dekarz", "nip": "5252248481", "number": "FV 11/2026",
        "issued_on": today() - timedelta(days=6), "due_on": today() + timedelta(days=8),
        "net": "17 317,07", "vat": "3 982,93", "gross": "21 300,00", "account": "", "category": "other", "contract": "",
        "note": "", "confirm": "1",
    }  # fmt: skip
    invoices.save(_at(site, "wykonawca"), typed, [_sheet("FV 11/2026", "Obróbki blacharskie, etap I.")])


def _show(site: str) -> None:
    owner = _at(site, "wlasciciel")
    day = today()
    for name, first, last, done in STAGES:
        finished = None if done is None else day + timedelta(days=done)
        showing.save_stage(owner, name, day + timedelta(days=first), day + timedelta(days=last), finished)
    for name, planned, spent in MONEY:
        showing.save_money(owner, name, planned, spent)
    intro = "Do połowy grudnia przy klatkach B i C stoją rusztowania. Prace trwają w dni robocze od 7:00 do 15:00."
    showing.show(_actor("wlasciciel"), owner, intro, with_money=True, shown=True)


def _account(login: str) -> Account:
    found: Account = db.session.scalars(select(Account).where(Account.login_key == logins.normal_form(login))).one()
    return found


def _actor(login: str) -> Actor:
    account = _account(login)
    role = Role(account.role)
    return Actor("account", account.login, account_id=account.id, role=role, can=rights(role))


def _at(site: str, login: str) -> Place:
    return place(_actor(login), site)


def _sheet(title: str, text: str) -> Checked:
    data = {"office": letterhead(profile()), "title": title, "parts": [{"heading": title, "paragraphs": [text]}]}
    return checked(f"{title.replace('/', '-')}.pdf", pdf.render(SHEET, data), DOCUMENTS)


def _photo(done: float, shot: int) -> Checked:
    """A drawn roof, of which so much is new."""
    wide, high = 960, 720
    picture = Image.new("RGB", (wide, high), (176 + shot * 8, 204, 226))
    draw = ImageDraw.Draw(picture)
    left = 60 * shot
    draw.polygon([(left, 560), (wide // 2, 160 + 20 * shot), (wide - left, 560)], fill=(122, 96, 82))
    edge = left + (wide - 2 * left) * done
    for x in range(left, int(edge), 34):
        top = 560 - 400 * (1 - abs(x - wide / 2) / (wide / 2 - left + 1)) + 20 * shot
        draw.line([(x, 560), (x, max(top, 180))], fill=(58, 74, 88), width=26)
    draw.rectangle([left, 560, wide - left, 690], fill=(226, 216, 200))
    for x in range(left + 60, wide - left - 60, 140):
        draw.rectangle([x, 590, x + 60, 660], fill=(92, 118, 140))
    bytes_ = BytesIO()
    picture.save(bytes_, "JPEG", quality=80)
    return checked(f"dach-{shot}.jpg", bytes_.getvalue(), PICTURES)
