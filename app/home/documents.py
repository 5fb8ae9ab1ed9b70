"""Dokumenty: the manager's texts, such as the regulamin."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("documents", __name__, template_folder="templates")
