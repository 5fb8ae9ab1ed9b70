"""What staff do with settlement runs."""

from app.settlements.commands.drafting import Outline, begin, change, correct, remove, set_parameters
from app.settlements.commands.filling import add_cost, gather, remove_cost, set_unit, take_rows
from app.settlements.commands.publishing import publish, withdraw

__all__ = [
    "Outline",
    "add_cost",
    "begin",
    "change",
    "correct",
    "gather",
    "publish",
    "remove",
    "remove_cost",
    "set_parameters",
    "set_unit",
    "take_rows",
    "withdraw",
]
