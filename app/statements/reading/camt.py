"""camt.052, camt.053 and camt.054 (ISO 20022), any version: elements are known by their local names.

The XML may declare nothing: no document type, no entities, so that nothing grows or is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.parsers import expat

from app.statements.reading.bookings import (
    DETAILS_LENGTH,
    Booking,
    Statement,
    Unreadable,
    account_number,
    day,
    grosze,
    numbers_in,
    tidy,
)
from app.statements.reading.details import mass_number

DEEPEST = 60
MOST_ELEMENTS = 3_000_000
_REPORTS = {"Stmt": True, "Rpt": False, "Ntfctn": False}
_OPENINGS, _CLOSINGS = ("OPBD", "PRCD"), ("CLBD",)


@dataclass(slots=True)
class Node:
    """An element: local name, attributes, text, children."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, path: str) -> Iterator[Node]:
        """Every descendant at `A/B/C`."""
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def one(self, *paths: str) -> Node | None:
        """The first descendant at the first of `paths` that leads to one."""
        return next((found for path in paths for found in self.all(path)), None)

    def said(self, *paths: str) -> str:
        """The text at the first of `paths` that has one; empty for none."""
        return next((found.text.strip() for path in paths for found in self.all(path) if found.text.strip()), "")


def tree(content: bytes) -> Node:
    """The document. Raises Unreadable for XML that is broken, too deep, or declares anything."""
    root = Node("", {})
    stack = [root]
    count = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > DEEPEST or count > MOST_ELEMENTS:
            raise Unreadable("xml-shape")
        node = Node(name.rpartition(":")[2], attributes)
        stack[-1].children.append(node)
        stack.append(node)

    def end(_name: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        stack[-1].text += data

    def refuse(*_declaration: Any) -> int:
        raise Unreadable("xml-declares")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Unreadable("xml", line=error.lineno) from None
    except (LookupError, ValueError):
        raise Unreadable("xml") from None
    return root


def read(content: bytes) -> tuple[list[Statement], list[tuple[str, dict[str, Any]]]]:
    """The statements of a file. Raises Unreadable."""
    root = tree(content)
    found: list[Statement] = []
    for document in root.children:
        for message in [document, *document.children]:
            for report in message.children:
                if report.name in _REPORTS:
                    found.append(_statement(report, final=_REPORTS[report.name]))
    if not found:
        raise Unreadable("camt-empty")
    return found, []


def _statement(report: Node, *, final: bool) -> Statement:
    account = account_number(report.said("Acct/Id/IBAN", "Acct/Id/Othr/Id"))
    opening, closing = _balance(report, _OPENINGS), _balance(report, _CLOSINGS)
    currency = report.said("Acct/Ccy") or next(
        (node.attributes.get("Ccy", "") for node in [*report.all("Bal/Amt"), *report.all("Ntry/Amt")]), ""
    )
    made = Statement(
        account, (report.said("ElctrncSeqNb", "LglSeqNb", "Id") or None), currency or "PLN",
        opening[0] if opening else None, closing[0] if closing else None,
        opening[1] if opening else None, closing[1] if closing else None, final,
    )  # fmt: skip
    for entry in report.all("Ntry"):
        # What is not booked yet will come again when it is.
        if (entry.said("Sts/Cd", "Sts") or "BOOK").upper() in ("BOOK", "BOOKED"):
            made.bookings += _bookings(entry, made)
    return made


def _balance(report: Node, kinds: tuple[str, ...]) -> tuple[int, date | None] | None:
    for kind in kinds:
        for balance in report.all("Bal"):
            if balance.said("Tp/CdOrPrtry/Cd").upper() == kind:
                return _signed(balance, balance.said("Amt")), _date(balance.one("Dt"))
    return None


def _signed(node: Node, amount: str) -> int:
    return grosze(amount) if node.said("CdtDbtInd").upper() == "CRDT" else -grosze(amount)


def _date(node: Node | None) -> date | None:
    """A `Dt` or `DtTm` below, or the text of the node itself."""
    said = (node.said("Dt", "DtTm") or node.text) if node else ""
    found = re.match(r"\s*(\d{4})-(\d\d)-(\d\d)", said)
    return day(found[1], found[2], found[3]) if found else None


def _bookings(entry: Node, statement: Statement) -> list[Booking]:
    """A booking for each transaction of an entry, where their amounts make the entry's; else one for all."""
    whole = _signed(entry, entry.said("Amt"))
    parts = list(entry.all("NtryDtls/TxDtls"))
    amounts = [_part_amount(part, whole) for part in parts]
    if len(parts) > 1 and None not in amounts and sum(filter(None, amounts)) == whole:
        return [
            _booking(entry, part, amount or 0, statement, f"/{at}")
            for at, (part, amount) in enumerate(zip(parts, amounts, strict=True), 1)
        ]
    return [_booking(entry, parts[0] if parts else Node("", {}), whole, statement, "")]


def _part_amount(part: Node, whole: int) -> int | None:
    said = part.said("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
    if not said:
        return None
    side = part.said("CdtDbtInd").upper()
    grows = side == "CRDT" if side else whole >= 0
    return grosze(said) if grows else -grosze(said)


def _booking(entry: Node, part: Node, amount: int, statement: Statement, place: str) -> Booking:
    amount_node = entry.one("Amt")
    currency = (amount_node.attributes.get("Ccy") if amount_node else None) or statement.currency
    booked_on, value_on = _date(entry.one("BookgDt")), _date(entry.one("ValDt"))
    if booked_on is None and value_on is None:
        raise Unreadable("date", value=entry.said("AcctSvcrRef", "NtryRef") or "Ntry")
    reversal = (part.said("RvslInd") or entry.said("RvslInd")).lower() in ("true", "1")
    # Who stands on the other side: of money that came, or came back to us, the debtor.
    other, mine = ("Dbtr", "Cdtr") if (amount > 0) != reversal else ("Cdtr", "Dbtr")
    parties = part.one("RltdPties") or Node("", {})
    target = account_number(parties.said(f"{mine}Acct/Id/IBAN", f"{mine}Acct/Id/Othr/Id"))
    title = tidy(" ".join(node.text for node in part.all("RmtInf/Ustrd")))
    reference = part.said("RmtInf/Strd/CdtrRefInf/Ref")
    said = tidy(" ".join(filter(None, [title, reference, part.said("AddtlTxInf"), entry.said("AddtlNtryInf")])))
    virtual, mass_id = mass_number(said)
    payer = account_number(parties.said(f"{other}Acct/Id/IBAN", f"{other}Acct/Id/Othr/Id"))
    sides = {payer, statement.account, target}
    return Booking(
        amount, currency, value_on or booked_on or date.min, booked_on, reversal, _refs(entry, part, place),
        payer, tidy(parties.said(f"{other}/Nm", f"{other}/Pty/Nm", f"Ultmt{other}/Nm"))[:300],
        (title or reference or said)[:500], (virtual or target) if target != statement.account else virtual,
        mass_id or (reference if re.fullmatch(r"[0-9]{4,24}", reference) else None),
        tuple(number for number in numbers_in(said) if number not in sides)[:10], said[:DETAILS_LENGTH],
    )  # fmt: skip


def _refs(entry: Node, part: Node, place: str) -> tuple[str, ...]:
    """The bank's id of a transaction; of an entry, with the transaction's place in it."""
    tnr = re.search(r"TNR:\s*([\d.]+)", f"{part.said('AddtlTxInf')} {entry.said('AddtlNtryInf')}")
    if tnr:
        return (f"tnr:{tnr[1]}",)
    own = part.said("Refs/AcctSvcrRef", "Refs/TxId")
    if own and own.upper() != "NOTPROVIDED":
        return (f"camt:{own}",)
    whole = entry.said("AcctSvcrRef", "NtryRef")
    return (f"camt:{whole}{place}",) if whole and whole.upper() != "NOTPROVIDED" else ()
