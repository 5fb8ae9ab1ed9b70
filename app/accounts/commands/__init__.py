"""Writes of accounts: opening them, logging in and out, passwords and the links that set them."""

from app.accounts.commands.contacting import (
    change_email,
    change_phone,
    choose_locale,
    confirm_email,
    confirm_phone,
    give_up_waiting,
    object_to_email,
    send_again,
)
from app.accounts.commands.entering import ChooseFirst, TooEarly, end_sessions, log_in, log_out, speak, touch
from app.accounts.commands.managing import block, renew_link, unblock
from app.accounts.commands.opening import Created, NewAccount, create_account, create_many, found
from app.accounts.commands.passwords import (
    ask_reset,
    change_password,
    send_reset,
    set_start_password,
    unlock,
    use_token,
)
from app.accounts.commands.unlocking import ask_unlock, send_unlock, use_unlock
from app.accounts.commands.welcoming import finish_welcome

__all__ = [
    "ChooseFirst",
    "Created",
    "NewAccount",
    "TooEarly",
    "ask_reset",
    "ask_unlock",
    "block",
    "change_email",
    "change_password",
    "change_phone",
    "choose_locale",
    "confirm_email",
    "confirm_phone",
    "create_account",
    "create_many",
    "end_sessions",
    "finish_welcome",
    "found",
    "give_up_waiting",
    "log_in",
    "log_out",
    "object_to_email",
    "renew_link",
    "send_again",
    "send_reset",
    "send_unlock",
    "set_start_password",
    "speak",
    "touch",
    "unblock",
    "unlock",
    "use_token",
    "use_unlock",
]
