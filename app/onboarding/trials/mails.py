"""The platform's own letter: no manager stands behind it yet, so it goes by no manager's outbox."""

from __future__ import annotations

from app.core.clock import local
from app.core.language import lazy_gettext as _l
from app.core.letter import Delivery, Sender
from app.core.runtime import settings
from app.gateways.mime import compose
from app.onboarding.trials import tokens
from app.onboarding.trials.models import Trial
from app.outbox import letters
from app.outbox.rendering import rendered

letters.register(letters.Kind("trial", _l("Potwierdź zamówienie portalu"), secret=True, lane="urgent"))


def sender() -> Sender:
    return Sender("Osiedle", f"no-reply@{settings().mail_from_domain}")


def confirmation(trial: Trial, portals: list[str]) -> bytes:
    """The letter with the link that confirms. `portals` are those that the same person has already.

    Of what was typed it says the subdomain only: nobody may write to a stranger in our name. Raises `BadAddress`.
    """
    context = {
        "link": settings().url(settings().base_domain, f"/trial/{tokens.token(trial.public_id)}"),
        "portal": f"{trial.slug}.{settings().base_domain}",
        "until": local(trial.expires_at).isoformat(),
        "portals": portals,
    }
    letter = rendered(letters.kind("trial"), context, office=None, name="", locale=trial.locale, unsubscribe_url=None)
    way = Delivery(trial.email, "", f"trial.{trial.public_id}@{settings().mail_from_domain}", trial.public_id)
    return compose(sender(), letter, way)
