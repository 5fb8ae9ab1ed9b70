"""Events of features above this one, which say them by `app.core.events`: what is told, and to whom.

`announcements.published` (public_id, title, importance, path, account_ids), `documents.published` (cause, title, link,
accounts) and `meters.window_opened` (cause, link, until, accounts) carry the ids of the accounts that may know.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.core import events
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.notifications import kinds
from app.notifications.commands import tell_many
from app.notifications.kinds import Kind
from app.notifications.publishing import DOCUMENTS
from app.outbox import letters

ANNOUNCEMENTS, READINGS = "announcements", "readings"
FAILURE = "failure"
kinds.register(
    Kind(
        ANNOUNCEMENTS,
        _l("Ogłoszenia"),
        _l("Nowe ogłoszenie w portalu dla Twojego lokalu lub budynku. O awariach piszemy od razu."),
        order=22,
    )
)
kinds.register(
    Kind(
        READINGS,
        _l("Odczyty liczników"),
        _l("Możesz podać stan liczników swojego lokalu."),
        order=35,
    )
)
letters.register(letters.Kind("announcement", _l("Nowe ogłoszenie w portalu"), topic=ANNOUNCEMENTS))
letters.register(letters.Kind("failure", _l("Awaria w Twoim budynku"), topic=ANNOUNCEMENTS, lane="urgent"))
letters.register(letters.Kind("document_published", _l("Nowy dokument w portalu"), topic=DOCUMENTS))
letters.register(letters.Kind("readings_open", _l("Podaj stan liczników"), topic=READINGS))


@events.on("announcements.published")
def announced(
    public_id: str, title: str, importance: str, path: str, account_ids: Sequence[int], confirm: bool = False
) -> None:
    """Tell of an announcement, once however often it is said; of a failure at once.

    One that asks to be confirmed brings a link by which that is done without logging in.
    """
    failure = importance == FAILURE
    asks = {"confirm": public_id} if confirm else {}
    tell_many(
        ANNOUNCEMENTS,
        f"announcement:{public_id}",
        account_ids,
        "failure" if failure else "announcement",
        {"title": title, "link": external(path), **asks},
        at_once=failure,
    )


@events.on("documents.published")
def document_published(cause: str, title: str, link: str, accounts: Sequence[int]) -> None:
    """Tell of a document, or of its new version, whose `cause` that is."""
    tell_many(DOCUMENTS, cause, accounts, "document_published", {"title": title, "link": link})


@events.on("meters.window_opened")
def window_opened(cause: str, link: str, until: str, accounts: Sequence[int]) -> None:
    """Tell that readings are taken until a day (`DD.MM.YYYY`)."""
    tell_many(READINGS, cause, accounts, "readings_open", {"until": until, "link": link})
