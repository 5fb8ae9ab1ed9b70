"""What wtforms itself refuses, it refuses in the visitor's language."""

from __future__ import annotations

from typing import Any

import pytest

REFUSALS = {
    "pl": "Wybierz jedną z podanych możliwości.",
    "en": "Choose one of the options given.",
    "uk": "Виберіть один із наведених варіантів.",
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_choice_that_was_not_offered(app: Any, code: str) -> None:
    from app.core import language
    from app.operators.forms import TenantForm
    from app.web.forms import filled

    posted = {"name": "n" * 201, "kind": "castle", "slug": "s", "admin_email": "a@example.com"}
    with app.test_request_context("/tenants/new", method="POST", data=posted), language.use(code):
        form = filled(TenantForm)
        assert not form.validate()
        assert form.kind.errors == [REFUSALS[code]]
        assert "200" in str(form.name.errors[0]) and "Field" not in str(form.name.errors[0])
