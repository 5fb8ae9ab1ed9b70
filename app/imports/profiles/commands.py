"""Profiles: make, change, try on a file, take from and give as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.gateways import files
from app.imports import commands as imports
from app.imports.models import Import, ImportProfile
from app.imports.profiles import queries
from app.imports.profiles.choosing import NO_PROFILE
from app.imports.profiles.wording import said_of
from app.imports.reading.limits import MIB, Limits
from app.imports.reading.mapping import VERSION, BadMapping, plan, storable
from app.imports.reading.stream import ReaderFailed, open_package
from tenants.db import db

MAX_NAME = 80
MAX_JSON = 256 * 1024
MAX_SAMPLE = 32 * MIB
FIRST_ROWS = 25
#: Somebody waits at a page for it.
LOOK = Limits(cpu=30, wall=45.0, findings=20)


def create(actor: Actor, name: str, mapping: dict[str, Any] | None = None) -> ImportProfile:
    """A new profile. Raises `Refused`."""
    _only_importers(actor)
    profile = ImportProfile(
        public_id=new_public_id(), name=_free_name(name), mapping=_sound(mapping or {}), changed_by=actor.login
    )
    db.session.add(profile)
    db.session.flush()
    audit.record(actor, "import_profile.created", profile.public_id, after={"name": profile.name})
    return profile


def rename(actor: Actor, public_id: str, name: str) -> None:
    """Raises `NotThere`, `Refused`."""
    profile = queries.found(actor, public_id)
    if name.strip() == profile.name:
        return
    before = profile.name
    profile.name = _free_name(name)
    _changed(actor, profile, before={"name": before}, after={"name": profile.name})


def map_sheets(actor: Actor, public_id: str, sheets: dict[str, dict[str, Any]]) -> None:
    """Replace what the profile says of some sheets: English name → its part of the mapping, {} for nothing.

    Raises `NotThere`, `BadMapping`.
    """
    profile = queries.found(actor, public_id)
    before = dict(profile.mapping)
    merged = {**(before.get("sheets") or {}), **sheets}
    after = {**before, "version": VERSION, "sheets": {name: said for name, said in merged.items() if said}}
    plan(after)
    if after.get("sheets") == before.get("sheets", {}):
        return
    profile.mapping = after
    changed = {name: (before.get("sheets") or {}).get(name) for name in sheets}
    _changed(actor, profile, before={"sheets": changed}, after={"sheets": sheets})


def stand(actor: Actor, public_id: str, standing: bool) -> None:
    """Make the profile the one that is used when nobody names another, or no longer that. Raises `NotThere`."""
    profile = queries.found(actor, public_id)
    if profile.standing == standing:
        return
    other = db.session.query(ImportProfile).filter_by(standing=True).with_for_update().one_or_none()
    if other is not None and standing:
        other.standing = False
        db.session.flush()
    profile.standing = standing
    replaced = other.name if other is not None and standing else None
    _changed(actor, profile, before={"standing": not standing, "replaces": replaced}, after={"standing": standing})


def delete(actor: Actor, public_id: str) -> None:
    """Remove the profile and the file it was made on. Raises `NotThere`."""
    profile = queries.found(actor, public_id)
    _drop_sample(profile)
    db.session.delete(profile)
    audit.record(actor, "import_profile.deleted", public_id, before={"name": profile.name, "mapping": profile.mapping})


def take_sample(actor: Actor, public_id: str, source: BinaryIO, file_name: str) -> None:
    """Keep a file of the manager's and its first rows, to try the mapping on. Raises `NotThere`, `Refused`."""
    profile = queries.found(actor, public_id)
    stored = files.files().put(files.key("import-samples", new_public_id()), source)
    try:
        if not stored.size:
            raise Refused(_("Plik jest pusty. Wybierz plik z danymi."), field="file")
        if stored.size > MAX_SAMPLE:
            limit = MAX_SAMPLE // MIB
            raise Refused(_("Ten plik jest za duży na wzór: może mieć najwyżej %(mb)d MB.", mb=limit), field="file")
        sample = _looked_at(stored.key, Path(file_name.replace("\0", " ")).name[:200] or "plik")
    except Refused:
        files.files().delete(stored.key)
        raise
    _drop_sample(profile)
    profile.sample, profile.sample_key = sample, stored.key
    audit.record(actor, "import_profile.sample_taken", public_id, file=sample["file"], size=stored.size)


def sample_from_import(actor: Actor, public_id: str, import_id: str) -> None:
    """Use the file of an earlier import. Raises `NotThere`, `Refused`."""
    taken = db.session.query(Import).filter_by(public_id=import_id).one_or_none() if "\0" not in import_id else None
    if taken is None or taken.storage_key is None:
        raise NotThere(_("Nie ma takiego importu."))
    try:
        with files.files().local_path(taken.storage_key) as path, path.open("rb") as file:
            take_sample(actor, public_id, file, taken.file_name)
    except FileNotFoundError:
        raise Refused(_("Tego pliku już nie przechowujemy. Wgraj go jeszcze raz."), field="file") from None


def drop_sample(actor: Actor, public_id: str) -> None:
    """Forget the file and its rows; the mapping stays. Raises `NotThere`."""
    profile = queries.found(actor, public_id)
    if profile.sample is None and profile.sample_key is None:
        return
    _drop_sample(profile)
    audit.record(actor, "import_profile.sample_dropped", public_id)


def check_sample(actor: Actor, public_id: str) -> Import:
    """Read the whole file that the profile was made on, as a check that publishes nothing. Raises `Refused`."""
    profile = queries.found(actor, public_id)
    if profile.sample_key is None or profile.sample is None:
        raise Refused(_("Najpierw wgraj plik, na którym sprawdzisz profil."))
    try:
        with files.files().local_path(profile.sample_key) as path, path.open("rb") as file:
            return imports.receive(actor, file, profile.sample["file"], dry_run=True, profile=profile.name)
    except FileNotFoundError:
        raise Refused(_("Tego pliku już nie przechowujemy. Wgraj go jeszcze raz.")) from None


def exported(actor: Actor, public_id: str) -> str:
    """The profile as JSON, to be kept or given to another manager: no data of people is in it."""
    profile = queries.found(actor, public_id)
    return json.dumps({"name": profile.name, **profile.mapping}, ensure_ascii=False, indent=2) + "\n"


def read_export(content: bytes) -> tuple[str, dict[str, Any]]:
    """Name and mapping of an exported profile. Raises `Refused`."""
    if len(content) > MAX_JSON:
        raise Refused(_("Ten plik jest za duży na profil importu."), field="json")
    try:
        said = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(_("To nie jest profil importu: pliku nie da się odczytać jako JSON."), field="json") from None
    if not isinstance(said, dict) or "sheets" not in said:
        raise Refused(_("To nie jest profil importu: w pliku nie ma opisu arkuszy."), field="json")
    name = said.pop("name", "")
    return (name if isinstance(name, str) else ""), _sound(said)


def _sound(mapping: dict[str, Any]) -> dict[str, Any]:
    try:
        plan(mapping)
    except (BadMapping, RecursionError) as bad:
        sentence = said_of(bad) if isinstance(bad, BadMapping) else _("Profil importu jest zbyt zagnieżdżony.")
        raise Refused(sentence, field="json") from None
    return {**mapping, "version": VERSION}


def _free_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or name == NO_PROFILE or not storable(name):
        raise Refused(_("Podaj nazwę profilu."), field="name")
    if len(name) > MAX_NAME:
        raise Refused(_("Nazwa może mieć najwyżej %(limit)d znaków.", limit=MAX_NAME), field="name")
    if db.session.query(ImportProfile).filter_by(name=name).first() is not None:
        raise Refused(_("Profil „%(name)s” już istnieje. Podaj inną nazwę.", name=name), field="name")
    return name


def _looked_at(key: str, file_name: str) -> dict[str, Any]:
    """The first rows of every tab of a stored file, as they are kept. Raises `Refused`."""
    try:
        with (
            files.files().local_path(key) as path,
            open_package(path, name=file_name, limits=LOOK, first_rows=FIRST_ROWS) as package,
        ):
            tabs = list(package.tabs())
    except ReaderFailed:
        sentence = _("Tego pliku nie da się odczytać. Zapisz go ponownie i wgraj jeszcze raz.")
        raise Refused(sentence, field="file") from None
    faults = package.findings.errors
    if not tabs:
        sentence = faults[0].message if faults else _("W tym pliku nie ma żadnych danych.")
        raise Refused(sentence, field="file")
    kept = [{"code": fault.code, "params": dict(fault.params), "sheet": fault.sheet} for fault in faults]
    return {"file": file_name, "tabs": [tab.as_json() for tab in tabs], "faults": kept}


def _drop_sample(profile: ImportProfile) -> None:
    if profile.sample_key:
        files.files().delete(profile.sample_key)
    profile.sample = profile.sample_key = None


def _changed(actor: Actor, profile: ImportProfile, **detail: Any) -> None:
    profile.changed_by, profile.changed_at = actor.login, now()
    audit.record(actor, "import_profile.changed", profile.public_id, **detail)


def _only_importers(actor: Actor) -> None:
    if not actor.may(Can.RUN_IMPORTS):
        raise NotThere(_("Nie ma takiej strony."))
