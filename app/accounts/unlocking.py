"""Getting in again after too many attempts."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("unlocking", __name__, template_folder="templates")
