"""The report of an import, as the command line and the API give it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from app.core.clock import local
from app.core.money import plain
from app.imports.reading.findings import Finding, Findings
from app.imports.reading.sentences import SENTENCES, message


@dataclass(slots=True)
class SheetCounts:
    """Rows of one sheet: read, and how they compare with what was published."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0

    @property
    def differs(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a package's ledger, in grosze."""

    debit: int
    credit: int


@dataclass(slots=True)
class Report:
    """What became of a package, or of an undo (which has no `id` of its own).

    `comparison` says what the package changes, as `comparison.Comparison` tells it, and `beyond` which of the
    manager's limits it exceeds, as `consent.Excess`.
    """

    id: str | None
    status: str
    revision: int | None = None
    as_of: datetime | None = None
    sheets: dict[str, SheetCounts] = field(default_factory=dict)
    totals: Totals | None = None
    findings: Findings = field(default_factory=Findings)
    comparison: dict[str, Any] | None = None
    beyond: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report in the form of the contract; money as text with two decimals, times in Europe/Warsaw."""
        totals = {}
        if self.totals is not None:
            totals["ledger"] = {"debit": plain(self.totals.debit), "credit": plain(self.totals.credit)}
        return {
            "id": self.id,
            "status": self.status,
            "revision": self.revision,
            "as_of": local(self.as_of).isoformat(timespec="seconds") if self.as_of else None,
            "sheets": {name: asdict(counts) for name, counts in self.sheets.items()},
            "totals": totals,
            "errors": [_told(finding) for finding in self.findings.errors],
            "warnings": [_told(finding) for finding in self.findings.warnings],
            "error_count": self.findings.error_count,
            "warning_count": self.findings.warning_count,
            "comparison": self.comparison,
            "beyond": self.beyond,
        }

    def kept(self) -> dict[str, Any]:
        """The report as it is stored: findings can be said again in the reader's language."""
        kept = {
            "errors": [asdict(finding) for finding in self.findings.errors],
            "warnings": [asdict(finding) for finding in self.findings.warnings],
        }
        return self.as_dict() | kept


def in_words(report: Mapping[str, Any]) -> dict[str, Any]:
    """A stored report with its findings in the present language."""
    return dict(report) | {level: [_said(each) for each in report.get(level, [])] for level in ("errors", "warnings")}


def _told(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in asdict(finding).items() if name != "params"}


def _said(finding: Mapping[str, Any]) -> dict[str, Any]:
    plain_facts = {name: value for name, value in finding.items() if name != "params"}
    if "params" not in finding or finding["code"] not in SENTENCES:
        return plain_facts
    return plain_facts | {"message": message(finding["code"], finding["params"], finding)}


def add_error(findings: Findings, finding: Finding, limit: int = 1000) -> None:
    """Add a fault found when the sheets were held against each other."""
    findings.error_count += 1
    if len(findings.errors) < limit:
        findings.errors.append(finding)
