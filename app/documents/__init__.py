"""Dokumenty: folders and files of the manager, each for those who may see it."""
