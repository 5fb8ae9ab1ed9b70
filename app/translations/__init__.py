"""The catalogues: one `messages.po` a language, with Polish message ids."""
