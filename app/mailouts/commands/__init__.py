"""What is done with a mailout: it is written, looked over, sent, held up and ended."""

from app.mailouts.commands.launching import approve, begin, findings, launch, send
from app.mailouts.commands.steering import cancel, pause, resume
from app.mailouts.commands.testing import try_out
from app.mailouts.commands.writing import add_files, add_unit_files, carry, discard, drop_file, write

__all__ = [
    "add_files",
    "add_unit_files",
    "approve",
    "begin",
    "cancel",
    "carry",
    "discard",
    "drop_file",
    "findings",
    "launch",
    "pause",
    "resume",
    "send",
    "try_out",
    "write",
]
