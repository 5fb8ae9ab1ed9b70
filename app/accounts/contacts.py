"""One's own e-mail address and phone number."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("contacts", __name__, template_folder="templates")
