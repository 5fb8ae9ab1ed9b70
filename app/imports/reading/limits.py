"""How much a package may ask of the machine that reads it."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on one package; sizes in bytes, times in seconds."""

    #: All files of the package together, unpacked.
    expanded: int = 256 * MIB
    #: How many times larger than the archive its content may be, once it is larger than `ratio_from`.
    ratio: int = 50
    ratio_from: int = 64 * MIB
    #: Files in an archive or a folder.
    entries: int = 1000
    #: Tabs of a workbook.
    tabs: int = 200
    columns: int = 1000
    #: One line of a CSV file.
    line: int = MIB
    #: Address space of the child.
    memory: int = 1024 * MIB
    cpu: int = 120
    #: Waiting for the child; time that the parent spends on its own work does not count. On a busy machine the child
    #: stands behind everybody else.
    wall: float = 1800.0
    #: Errors, and separately warnings, that are kept; the rest are counted.
    findings: int = 1000
