"""Reads the words of a PDF back, as far as the compiler of letters writes it: fonts with a map to Unicode, no objects
in streams."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"(\d+) 0 obj\s*<<((?:(?!endobj).)*?)>>\s*stream\r?\n(.*?)\r?\nendstream", re.S)
_OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.S)
_SHOWN = re.compile(rb"/(\w+)\s+[-\d.]+\s+Tf|<([0-9A-Fa-f]*)>|\((?:[^()\\]|\\.|\([^()]*\))*\)|(T\*|ET)", re.S)


def page_words(pdf: bytes) -> list[str]:
    """The text of each page, in the order in which it is drawn, without spaces and line ends."""
    streams = {int(found[1]): _plain(found[2], found[3]) for found in _STREAM.finditer(pdf)}
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(pdf)}
    pages = [body for _number, body in sorted(objects.items()) if re.search(rb"/Type\s*/Page\b(?!s)", body)]
    return [_page(body, objects, streams) for body in pages]


def _page(body: bytes, objects: dict[int, bytes], streams: dict[int, bytes]) -> str:
    resources = _followed(body, b"Resources", objects)
    fonts = _followed(resources, b"Font", objects)
    maps: dict[bytes, dict[int, str]] = {}
    for name, number in re.findall(rb"/(\w+)\s+(\d+) 0 R", fonts):
        to_unicode = re.search(rb"/ToUnicode\s+(\d+) 0 R", objects.get(int(number), b""))
        if to_unicode:
            maps[name] = _signs(streams[int(to_unicode[1])])
    contents = re.search(rb"/Contents\s+(\d+) 0 R", body)
    assert contents is not None
    said: list[str] = []
    font: dict[int, str] = {}
    for found in _SHOWN.finditer(streams[int(contents[1])]):
        if found[1]:
            font = maps.get(found[1], {})
        elif found[2]:
            said += [font.get(int(found[2][at : at + 4], 16), "?") for at in range(0, len(found[2]), 4)]
        elif found[0].startswith(b"("):
            raw = _unescaped(found[0][1:-1])
            said += [font.get(int.from_bytes(raw[at : at + 2], "big"), "?") for at in range(0, len(raw), 2)]
    return re.sub(r"\s+", "", "".join(said))


def _followed(body: bytes, name: bytes, objects: dict[int, bytes]) -> bytes:
    found = re.search(rb"/" + name + rb"\s*(?:(\d+) 0 R|<<(.*))", body, re.S)
    if found is None:
        return b""
    return objects[int(found[1])] if found[1] else found[2]


def _plain(head: bytes, content: bytes) -> bytes:
    # Not `zlib.decompress`: a sum whose last byte is a carriage return has lost it to the pattern above.
    return zlib.decompressobj().decompress(content) if b"FlateDecode" in head else content


def _signs(cmap: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.S):
        for code, sign in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            found[int(code, 16)] = bytes.fromhex(sign.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last, sign in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int.from_bytes(bytes.fromhex(sign.decode()), "big")
            found |= {code: chr(start + code - int(first, 16)) for code in range(int(first, 16), int(last, 16) + 1)}
    return found


def _unescaped(raw: bytes) -> bytes:
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def sign(found: re.Match[bytes]) -> bytes:
        return bytes([int(found[1], 8)]) if found[1] else plain.get(found[2], found[2])

    return re.sub(rb"\\(?:([0-7]{1,3})|(.))", sign, raw, flags=re.S)
