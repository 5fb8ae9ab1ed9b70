"""Rejestracja: the form, and how the application stands."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("registrations", __name__, template_folder="templates")
