"""The reading half of imports: from a file of the exchange package to typed rows ready for COPY.

The parent opens a package with `stream.open_package`; the file itself is read by a child process
(`child`) with little memory, little time and no secrets, because a hostile file may take the reader down.
Nothing here knows of a database or of web pages, and the child loads neither.
"""
