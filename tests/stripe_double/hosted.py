"""Pages that look like Stripe's: payment, bank, questions to a connected account, portal, invoice. Marked as a double.

Each form posts back to its own address; the answer leads to where the caller wanted people to come back to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template

from tests.stripe_double import accounts, checkout, disputes, intents, portal, subscriptions
from tests.stripe_double.faults import Fault
from tests.stripe_double.world import DAY, Object, World

_DAYS = {"day": 1, "week": 7, "month": 31}
LABELS = {"card": "Karta", "blik": "BLIK", "p24": "Przelewy24"}
_PAGE = Template((Path(__file__).parent / "page.html").read_text("utf-8"))
_BANK = (("bank", "Zatwierdź"), ("later", "Zatwierdź, bank odpowie później"), ("refuse", "Odrzuć"))


class Leave(Exception):
    """The browser is sent to `url`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def show(world: World, path: str) -> str:
    """The page at this path. Raises `Fault` 404, `Leave`."""
    kind, *rest = path.strip("/").split("/")
    if kind == "":
        return _overview(world)
    if kind == "pay":
        return _checkout(world, _known(world, "checkout.session", rest))
    if kind == "bank":
        found = _known(world, "payment_intent", rest)
        return _page(
            "Twój bank", f"<p>{_zloty(found['amount'])}</p>" + _form("pay", "Zatwierdź") + _form("refuse", "Odrzuć")
        )
    if kind == "connect":
        account, _link = _link_of(world, rest, use=False)
        due = "".join(f"<li>{escape(one)}</li>" for one in account["requirements"]["currently_due"])
        buttons = (
            _form("finish", "Wyślij wszystko")
            + _form("partly", "Wyślij bez dokumentu")
            + _form("leave", "Wróć później")
        )
        return _page("Dane Twojej firmy", f"<ul>{due}</ul>{buttons}")
    if kind == "portal":
        return _portal(world, _known(world, "billing_portal.session", rest))
    if kind == "invoice":
        found = _known(world, "invoice", rest[:1])
        lines = "".join(f"<li>{_zloty(one['amount'])}</li>" for one in found["lines"]["data"])
        return _page(
            f"Faktura {found['number']}", f"<ul>{lines}</ul><p>Razem {_zloty(found['total'])} ({found['status']})</p>"
        )
    raise Fault(404, "No such page.")


def submit(world: World, path: str, form: dict[str, str]) -> str:
    """What a form does; the page to show again, or `Leave`."""
    kind, *rest = path.strip("/").split("/")
    if kind == "" and form.get("do") in _DAYS:
        subscriptions.pass_time(world, _DAYS[form["do"]] * DAY)
        return _overview(world)
    if kind == "" and form.get("do") in ("dispute", "won", "lost"):
        _disputed(world, form["do"], form.get("of", ""))
        return _overview(world)
    if kind == "pay":
        return _pay(world, _known(world, "checkout.session", rest), form)
    if kind == "bank":
        found = _known(world, "payment_intent", rest)
        back = found["next_action"]["redirect_to_url"]["return_url"]
        intents.attempt(world, found, "p24", "refused" if form.get("do") == "refuse" else None)
        raise Leave(back)
    if kind == "connect":
        account, link = _link_of(world, rest, use=True)
        if form.get("do") in ("finish", "partly"):
            accounts.fill_in(world, account, partly=form["do"] == "partly")
        raise Leave(link["return_url"])
    if kind == "portal":
        found = _known(world, "billing_portal.session", rest)
        if form.get("do") in ("cancel", "keep", "card"):
            portal.act(world, found, form["do"], form.get("card", "").replace(" ", "") or "4242424242424242")
        return _portal(world, found)
    raise Fault(404, "No such page.")


def _overview(world: World) -> str:
    """What there is, and a clock to be turned."""
    kinds: dict[str, int] = {}
    for one in world.every_object():
        kinds[one["object"]] = kinds.get(one["object"], 0) + 1
    held = "".join(f"<li>{escape(kind)}: {count}</li>" for kind, count in sorted(kinds.items()))
    last = "".join(f"<li>{escape(event['type'])}</li>" for event in world.events[:-11:-1])
    moment = datetime.fromtimestamp(world.now(), UTC)
    clock = "".join(_form(do, f"Minęło dni: {days}") for do, days in _DAYS.items())
    parts = (f"<p>{moment:%Y-%m-%d %H:%M} UTC</p>", clock, _disputable(world), f"<ul>{held}</ul><ol>{last}</ol>")
    return _page("Atrapa Stripe", "".join(parts))


def _disputable(world: World) -> str:
    """The newest payments of residents, whose banks may want them back, and disputes that wait for an end."""
    forms = []
    paid = [one for one in world.every("charge") if world.owner(one["id"]) and not one["disputed"]]
    for one in paid[-5:]:
        of = f'<input type="hidden" name="of" value="{escape(one["id"])}">'
        forms.append(_form("dispute", f"Bank cofa {_zloty(one['amount'])}", of))
    for one in world.every("dispute"):
        if one["status"] in ("needs_response", "under_review"):
            of = f'<input type="hidden" name="of" value="{escape(one["id"])}">'
            forms += [_form("won", "Spór wygrany", of), _form("lost", "Spór przegrany", of)]
    return "".join(forms)


def _disputed(world: World, do: str, of: str) -> None:
    if do == "dispute":
        disputes.begin(world, _known(world, "charge", [of]))
    else:
        disputes.close(world, _known(world, "dispute", [of]), won=do == "won")


def _checkout(world: World, found: Object, wrong: str = "") -> str:
    if found["status"] != "open" or found["expires_at"] <= world.now():
        return _page("Strona płatności wygasła", "<p>Wróć do sklepu i zacznij od nowa.</p>")
    lines = "".join(
        f"<li>{escape(one['description'] or one['price']['id'])}: {_zloty(one['amount_total'])}</li>"
        for one in found["_lines"]
    )
    ways = "".join(
        f'<p><label><input type="radio" name="method" value="{one}"{mark}> {LABELS[one]}</label></p>'
        for one, mark in zip(found["payment_method_types"], (" checked", "", ""), strict=False)
    )
    said = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    back = f'<p><a href="{escape(found["cancel_url"])}">Wróć bez płacenia</a></p>' if found["cancel_url"] else ""
    fields = (
        f"<fieldset><legend>Sposób płatności</legend>{ways}</fieldset>"
        '<label>Numer karty <input type="text" name="card" value="4242 4242 4242 4242" inputmode="numeric"></label>'
        '<label>Kod BLIK <input type="text" name="blik" inputmode="numeric"></label>'
        '<label>E-mail <input type="text" name="email"></label>'
    )
    total = _zloty(found["amount_total"])
    button = f'<button name="do" value="pay">Zapłać {total}</button>'
    form = f'<form method="post">{fields}{button}</form>'
    body = f"{said}<ul>{lines}</ul><p><b>Razem {total}</b></p>{form}{back}"
    return _page("Płatność", body)


def _pay(world: World, found: Object, form: dict[str, str]) -> str:
    method = form.get("method", found["payment_method_types"][0])
    secret = form.get("blik", "") if method == "blik" else form.get("card", "").replace(" ", "")
    if method == "p24":
        secret = "refused" if form.get("do") == "refuse" else ""
        if form.get("do") == "pay":
            hidden = '<input type="hidden" name="method" value="p24">'
            buttons = "".join(_form(do, label, hidden) for do, label in _BANK)
            return _page("Twój bank", f"<p>{_zloty(found['amount_total'])}</p>{buttons}")
    try:
        done = checkout.finish(
            world, found, method, secret, email=form.get("email", ""), later=form.get("do") == "later"
        )
    except Fault as fault:
        return _checkout(world, found, str(fault))
    if not done:
        return _checkout(world, found, "Płatność została odrzucona. Spróbuj innego sposobu.")
    raise Leave(found["success_url"].replace("{CHECKOUT_SESSION_ID}", found["id"]))


def _portal(world: World, found: Object) -> str:
    mine = [one for one in world.every("subscription") if one["customer"] == found["customer"]]
    rows = "".join(
        f"<li>{escape(one['id'])}: {one['status']}{' (do końca okresu)' if one['cancel_at_period_end'] else ''}</li>"
        for one in mine
    )
    card = '<label>Numer karty <input type="text" name="card" value="4242 4242 4242 4242"></label>'
    forms = (
        _form("card", "Zmień kartę", card)
        + _form("cancel", "Zrezygnuj z końcem okresu")
        + _form("keep", "Nie rezygnuj")
    )
    back = f'<p><a href="{escape(found["return_url"])}">Wróć</a></p>' if found["return_url"] else ""
    return _page("Twoja subskrypcja", f"<ul>{rows}</ul>{forms}{back}")


def _link_of(world: World, rest: list[str], *, use: bool) -> tuple[Object, Object]:
    account = _known(world, "account", rest[:1])
    links = account.get("_links", {})
    link = links.get(rest[1] if len(rest) > 1 else "")
    if link is None:
        raise Fault(404, "No such page.")
    if link["until"] <= world.now() or link.get("used"):
        raise Leave(link["refresh_url"])
    link["used"] = use
    return account, link


def _known(world: World, kind: str, rest: list[str]) -> Object:
    found = world.objects.get(rest[0] if rest else "", (None, {}))[1]
    if found.get("object") != kind:
        raise Fault(404, "No such page.")
    return found


def _form(do: str, label: str, fields: str = "") -> str:
    return f'<form method="post">{fields}<button name="do" value="{do}">{label}</button></form>'


def _zloty(grosze: int) -> str:
    return f"{grosze // 100},{grosze % 100:02d} zł"


def _page(title: str, body: str) -> str:
    return _PAGE.substitute(title=escape(title), body=body)
