"""Writes of accounts: opening them, logging in and out, passwords and the links that set them."""

from app.accounts.commands.entering import end_sessions, log_in, log_out, touch
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

__all__ = [
    "Created",
    "NewAccount",
    "ask_reset",
    "block",
    "change_password",
    "create_account",
    "create_many",
    "end_sessions",
    "found",
    "log_in",
    "log_out",
    "renew_link",
    "send_reset",
    "set_start_password",
    "touch",
    "unblock",
    "unlock",
    "use_token",
]
