"""The first login: password, e-mail, notifications."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("welcome", __name__, template_folder="templates")
