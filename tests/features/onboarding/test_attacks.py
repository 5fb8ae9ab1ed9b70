"""Strangers who use the form for a trial against others: letters in our name, addresses that read alike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.core import work
from app.core.errors import Conflict
from app.onboarding.trials import commands, tokens
from tenants import provisioning
from tests.features.onboarding.conftest import asked, platform, work_off
from tests.features.operators.browser import Browser
from tests.post import Post

Stranger = Callable[[], Browser]


@pytest.fixture(autouse=True)
def _nothing_left(context: Any, settings: Any) -> Iterator[None]:
    platform("DELETE FROM platform.trials")
    platform("DELETE FROM platform.jobs WHERE name LIKE 'trials.%'")
    platform("DELETE FROM platform.throttles WHERE key LIKE 'trial:%'")
    yield
    for (slug,) in platform("SELECT slug FROM platform.trials WHERE confirmed_at IS NOT NULL"):
        if platform("SELECT id FROM platform.tenants WHERE slug = :slug", slug=slug):
            provisioning.remove(settings.database_url, slug)
        platform("DELETE FROM platform.openings WHERE slug = :slug", slug=slug)


def test_a_stranger_writes_nothing_of_their_own_into_a_letter_to_somebody_else(
    app: Flask, stranger: Stranger, post: Post
) -> None:
    said = "Dopłać 2 zł do przesyłki na www.zly-adres.example"
    assert asked(app, stranger(), name=said, email="ofiara@lipy.example").headers["Location"] == "/trial/sent"
    work_off("trials.letter")
    letter = post.to("ofiara@lipy.example")[-1]
    whole = "\n".join(str(part.get_content()) for part in letter.walk() if part.get_content_maintype() == "text")
    assert "pod-lipami.osiedle.test" in whole, "the control: whose portal it is"
    assert "Dopłać" not in whole and "zly-adres" not in whole
    assert "Dopłać" not in str(letter["Subject"])


def test_two_addresses_that_read_alike_are_not_both_confirmed_at_once(app: Flask, stranger: Stranger) -> None:
    for slug, email in (("zamek-nr-1", "a@lipy.example"), ("zamek-nr-l", "b@lipy.example")):
        asked(app, stranger(), slug=slug, email=email)
    words = [tokens.token(row.public_id) for row in platform("SELECT public_id FROM platform.trials ORDER BY id")]
    assert len(words) == 2, "the control: both were free when they were asked for"
    said: list[str] = []
    inside, over = threading.Event(), threading.Event()

    def confirm(word: str, wait: bool) -> None:
        with app.app_context():
            try:
                commands.confirm(word)
                if wait:
                    inside.set()
                    over.wait(1)
                work.commit()
                said.append("ordered")
            except Conflict:
                work.rollback()
                said.append("refused")
            over.set()

    first = threading.Thread(target=confirm, args=(words[0], True))
    other = threading.Thread(target=confirm, args=(words[1], False))
    first.start()
    assert inside.wait(10)
    other.start()
    first.join(20)
    other.join(20)
    assert sorted(said) == ["ordered", "refused"]
