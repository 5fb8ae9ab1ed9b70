"""The token in every form. A view opened to all hosts is named by its mark and says why at its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask_wtf.csrf import CSRFProtect

View = TypeVar("View", bound=Callable[..., Any])
csrf = CSRFProtect()


def open_to_all(view: View) -> View:
    """Let a view be posted to without a token and from anywhere, such as a mail program's one-click unsubscribe."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return csrf.exempt(view)  # type: ignore[no-any-return]
