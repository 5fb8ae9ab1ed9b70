"""Bank files in the dialects of Polish banks, written from movements; and the same movement in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

EMPTY = "\u02d9"  # 0xFF, as PKO writes what it does not know
MAIN = "37102010260000000000001111"


def money(grosze: int, width: int = 0) -> str:
    return f"{abs(grosze) // 100}".zfill(width) + f",{abs(grosze) % 100:02d}"


@dataclass(frozen=True)
class Move:
    """One movement of money as it truly was; `amount` in grosze."""

    amount: int
    on: date = date(2026, 11, 10)
    title: str = "Opłata za lokal listopad"
    name: str = "JÓZEF ŹDŹBŁO"
    payer: str | None = "27114020040000300201355387"
    target: str | None = None
    mass_id: str | None = None
    ref: str | None = None
    mark: str = ""

    @property
    def side(self) -> str:
        return self.mark or ("C" if self.amount >= 0 else "D")


def opened(moves: Sequence[Move], account: str, opening: int) -> str:
    return f":20:1\r\n:25:/PL{account}\r\n:28C:00041\r\n:60F:C261109PLN{money(opening, 12)}\r\n"


def closed(moves: Sequence[Move], opening: int, off: int = 0) -> str:
    total = opening + off + sum(m.amount for m in moves)
    return f":62F:{'C' if total >= 0 else 'D'}261110PLN{money(total, 12)}\r\n-\r\n"


def _entry(move: Move, second: str = "") -> str:
    reference = f"//{move.ref}" if move.ref else ""
    day = f"{move.on:%y%m%d%m%d}"
    return f":61:{day}{move.side}N{money(move.amount)}NTRFNONREF{reference}\r\n{second}"


def _chunks(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)] or [""]


def pko(moves: Sequence[Move], account: str = MAIN, opening: int = 100_00, off: int = 0) -> bytes:
    """PKO BP (iPKO biznes): `~`, one sub-field a line, padded to 27, ISO-8859-2, empty ones are 0xFF."""
    text = opened(moves, account, opening)
    for move in moves:
        lines = ["020~00PRZELEW"]
        parts = [*_chunks(move.title, 27), *[""] * 6][:6]
        lines += [f"~{20 + at}{part:<27}" if part else f"~{20 + at}{EMPTY}" for at, part in enumerate(parts)]
        bank, rest = (move.payer[2:10], move.payer[10:]) if move.payer else ("", "")
        lines += [f"~30{bank or EMPTY}", f"~31{rest or EMPTY}"]
        lines += [f"~{32 + at}{part:<27}" for at, part in enumerate(_chunks(move.name, 27)[:2])]
        lines += [f"~38{'PL' + move.payer if move.payer else EMPTY}", f"~60{move.on:%Y%m%d}"]
        lines.append(f"~63{'SWRK ' + move.mass_id if move.mass_id else move.target or EMPTY}")
        text += _entry(move) + ":86:" + "\r\n".join(lines) + "\r\n"
    return (text + closed(moves, opening, off)).encode("iso8859_2")


def angled(moves: Sequence[Move], sign: str = "<", encoding: str = "cp852", opening: int = 100_00) -> bytes:
    """Millennium, BPH (`<`, CP852), Pekao, BNP (`^`), Nordea (`+`), Raiffeisen (`>`): several sub-fields a line."""
    text = opened(moves, MAIN, opening)
    for move in moves:
        parts = [f"{20 + at}{part}" for at, part in enumerate(_chunks(move.title, 27)[:6])]
        told = "".join(sign + part for part in parts)
        account = f"{sign}38PL{move.payer}" if move.payer else ""
        virtual = f"{sign}60RACH WIRT {move.target}" if move.target else ""
        told = f"020{sign}00PRZELEW{sign}10405{told}{sign}3010901102{sign}32{move.name}{account}{virtual}"
        text += _entry(move, "Przelew\r\n") + ":86:" + "\r\n".join(_chunks(told, 65)) + "\r\n"
    return (text + closed(moves, opening)).encode(encoding)


def ing(moves: Sequence[Move], opening: int = 100_00) -> bytes:
    """ING: two :86: a booking, the first a bare code."""
    text = opened(moves, MAIN, opening)
    for move in moves:
        told = (
            f"020~00IBCG~20{move.title[:27]}~21{move.title[27:54]}~29{move.payer}~32{move.name}~34000~38PL{move.payer}"
        )
        text += _entry(move) + ":86:020\r\n:86:" + "\r\n".join(_chunks(told, 65)) + "\r\n"
    return (text + closed(moves, opening)).encode("cp852")


def pocztowy(moves: Sequence[Move], opening: int = 100_00) -> bytes:
    """Bank Pocztowy: `~` ends a line, its number begins the next."""
    text = opened(moves, MAIN, opening)
    for move in moves:
        told = f"020~\r\n20{move.title[:27]}~\r\n21{move.title[27:54]}~\r\n32{move.name}~\r\n38{move.payer}"
        text += _entry(move) + f":86:{told}\r\n"
    return (text + closed(moves, opening)).encode()


def mbank(moves: Sequence[Move], account: str = MAIN, opening: int = 100_00, intraday: bool = False) -> bytes:
    """mBank CompanyNet: labels instead of sub-fields, lines broken between words, 0x01 before and 0x03 after."""
    head = f":34F:PLN0\n:13D:{moves[0].on:%y%m%d}1815+0100\n" if intraday else f":60F:C261109PLN{money(opening)}\n"
    text = f"\x01\n:20:ST261110CYC/1\n:25:PL{account}\n:28C:1/1\n{head}"
    for move in moves:
        iph = f"ID IPH: XX{move.mass_id}; " if move.mass_id else ""
        told = (
            f"911 TRANSAKCJA COLLECT; {iph}Z RACH.: {move.payer}; OD: {move.name}  UL. NIJAKA 1 M 2 31-234 KRAKOW; "
            f"TYT.: {move.title}; TNR: {move.ref}"
        )
        lines, line = [], ""
        for word in told.split(" "):
            if len(line) + len(word) + 1 > 65:
                lines.append(line)
                line = ""
            line += word + " "
        text += f":61:{move.on:%y%m%d%m%d}{move.side}N{money(move.amount)}NTRFNONREF//MB{move.ref}\n911-TRANSAKCJA\n"
        text += ":86:" + "\n".join([*lines, line.rstrip()]) + "\n"
    if intraday:
        credits = [m.amount for m in moves if m.amount > 0]
        text += f":90D:0PLN0,00\n:90C:{len(credits)}PLN{money(sum(credits))}\n"
    else:
        text += f":62F:C261110PLN{money(opening + sum(m.amount for m in moves))}\n"
    return (text + "-\x03").encode("iso8859_2")


def camt(
    moves: Sequence[Move], account: str = MAIN, opening: int = 100_00, version: str = "053.001.02", batch: bool = False
) -> bytes:
    """camt.053 or .052; `batch` puts all transactions into one entry."""
    report, message = ("Stmt", "BkToCstmrStmt") if version.startswith("053") else ("Rpt", "BkToCstmrAcctRpt")
    newer = int(version[-2:]) >= 8

    def party(tag: str, name: str) -> str:
        return f"<{tag}><Pty><Nm>{name}</Nm></Pty></{tag}>" if newer else f"<{tag}><Nm>{name}</Nm></{tag}>"

    def amount(grosze: int) -> str:
        return f'<Amt Ccy="PLN">{abs(grosze) // 100}.{abs(grosze) % 100:02d}</Amt>' + (
            f"<CdtDbtInd>{'CRDT' if grosze >= 0 else 'DBIT'}</CdtDbtInd>"
        )

    def details(move: Move) -> str:
        # The parties are those of the payment itself, also where its reversal is told.
        came = (move.amount >= 0) != bool(move.mark)
        other, mine = ("Dbtr", "Cdtr") if came else ("Cdtr", "Dbtr")
        payer = f"<{other}Acct><Id><IBAN>PL{move.payer}</IBAN></Id></{other}Acct>" if move.payer else ""
        target = f"<{mine}Acct><Id><IBAN>PL{move.target}</IBAN></Id></{mine}Acct>" if move.target else ""
        ref = f"<Refs><AcctSvcrRef>{move.ref}</AcctSvcrRef></Refs>" if move.ref else ""
        return (
            f"<TxDtls>{ref}{amount(move.amount)}<RltdPties>{party(other, move.name)}{payer}{target}</RltdPties>"
            f"<RmtInf><Ustrd>{move.title[:35]}</Ustrd><Ustrd>{move.title[35:]}</Ustrd></RmtInf></TxDtls>"
        )

    def entry(group: Sequence[Move]) -> str:
        status = "<Sts><Cd>BOOK</Cd></Sts>" if newer else "<Sts>BOOK</Sts>"
        back = "<RvslInd>true</RvslInd>" if group[0].mark in ("RC", "RD") else ""
        day = f"<BookgDt><Dt>{group[0].on}</Dt></BookgDt><ValDt><Dt>{group[0].on}</Dt></ValDt>"
        inside = "".join(map(details, group))
        return f"<Ntry>{amount(sum(m.amount for m in group))}{back}{status}{day}<NtryDtls>{inside}</NtryDtls></Ntry>"

    def balance(code: str, grosze: int) -> str:
        return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(grosze)}<Dt><Dt>2026-11-10</Dt></Dt></Bal>"

    entries = entry(moves) if batch else "".join(entry([move]) for move in moves)
    total = opening + sum(m.amount for m in moves)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}">'
        f"<{message}><GrpHdr><MsgId>1</MsgId></GrpHdr><{report}><Id>7</Id><Acct><Id><IBAN>PL{account}</IBAN></Id>"
        f"<Ccy>PLN</Ccy></Acct>{balance('OPBD', opening)}{balance('CLBD', total)}{entries}</{report}></{message}>"
        "</Document>"
    ).encode()


def _elixir_row(code: str, move: Move, own: str, encoding_payer_first: bool) -> str:
    def four(text: str) -> str:
        return "|".join(_chunks(text, 35)[:4])

    payer = move.payer or ""
    accounts = (payer, own) if encoding_payer_first else (own, payer)
    names = (move.name, "SM PRZYKŁAD") if encoding_payer_first else ("SM PRZYKŁAD", move.name)
    return (
        f'{code},{move.on:%Y%m%d},{abs(move.amount)},10201026,0,"{accounts[0]}","{accounts[1]}","{four(names[0])}",'
        f'"{four(names[1])}",0,{payer[2:10] or 0},"{four(move.title)}","","","51",""\r\n'
    )


def elixir(moves: Sequence[Move], account: str = MAIN, virtual: bool = False, encoding: str = "cp1250") -> bytes:
    """Elixir-0 statement (PKO *.ELX); with `virtual` the account of each row is the virtual one (*.SWR)."""
    return "".join(
        _elixir_row("111" if m.amount >= 0 else "222", m, (m.target if virtual else None) or account, False)
        for m in moves
    ).encode(encoding)


def mass(moves: Sequence[Move], count: int = 0, total: int = 0, encoding: str = "iso8859_2") -> bytes:
    """A file of mass payments with its trailer; `count` and `total` make the trailer wrong."""
    rows = "".join(_elixir_row("110", m, m.target or "", True) for m in moves)
    return f"{rows}999,{len(moves) + count},{sum(m.amount for m in moves) + total}\r\n".encode(encoding)


def pipe(moves: Sequence[Move]) -> bytes:
    return "".join(
        f"{at}|{m.on:%d%m%Y}|{m.amount // 100}.{m.amount % 100:02d}|{m.name}|{m.payer}|{m.target}|{m.title}\r\n"
        for at, m in enumerate(moves, 1)
    ).encode("cp1250")


def isor(moves: Sequence[Move]) -> bytes:
    rows = [f"01,{moves[0].on:%Y%m%d},SM"]
    for at, m in enumerate(moves, 1):
        rows.append(f'02,1,{at},{m.mass_id},{m.amount},{m.on:%Y%m%d},"{m.title}",T{m.ref or at},"{m.name}"')
    return "\r\n".join([*rows, f"03,{len(moves)}", ""]).encode("iso8859_2")
