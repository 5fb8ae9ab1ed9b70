"""Kontakt, help and the manager's texts, for everybody."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("contact", __name__, template_folder="templates")
