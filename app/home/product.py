"""The product page on the base domain."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app

from app.web.pages import render

pages = Blueprint("home", __name__, template_folder="templates")


@pages.get("/")
def index() -> str:
    app: Any = current_app
    settings = app.settings
    return render(
        "product/home.html",
        demo_url=None if settings.production else settings.url(f"demo.{settings.base_domain}"),
        console_url=settings.url(f"console.{settings.base_domain}"),
    )
