"""What may be published: features say what theirs is called and where it is looked at."""

from __future__ import annotations

from typing import Any

_subjects: dict[str, tuple[Any, str]] = {}


def register(kind: str, label: Any, address: str) -> None:
    """Say that `kind:ID` is `label` (may be lazy), to be seen at `address`, which has `{}` for the ID."""
    _subjects[kind] = (label, address)


def shown(subject: str) -> tuple[str, str | None]:
    """(name, address or None) of `kind:ID`; what nobody registered is shown as it is."""
    kind, colon, number = subject.partition(":")
    if not colon or kind not in _subjects:
        return subject, None
    label, address = _subjects[kind]
    return str(label), address.format(number)
