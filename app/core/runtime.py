"""The settings of this process, handed over once by whoever starts it."""

from __future__ import annotations

from config.settings import Settings

_settings: list[Settings] = []


def install(settings: Settings) -> None:
    _settings[:] = [settings]


def settings() -> Settings:
    """The settings in force. Raises `RuntimeError` when nobody handed them over."""
    if not _settings:
        raise RuntimeError("the process was started without settings")
    return _settings[0]
