"""Static files under addresses that carry a digest of their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

FOLDER = Path(__file__).resolve().parent / "static"


@cache
def address(name: str) -> str:
    """The address of a static file, such as `app.css`. Raises `FileNotFoundError`."""
    if not (FOLDER / name).is_file():
        raise FileNotFoundError(name)
    return f"/static/{_digest()}/{name}"


@cache
def _digest() -> str:
    """One digest for the whole folder: style sheets name fonts by relative addresses."""
    digest = hashlib.sha256()
    for file in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(file.relative_to(FOLDER).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def static(version: str, name: str) -> Response:
    if not version.isalnum():
        abort(404)
    response = send_from_directory(FOLDER, name, max_age=31536000)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


static.without_tenant = True  # type: ignore[attr-defined]


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/static/<version>/<path:name>", "static", static)
