"""The mark in every PNG that we write, which tells it from a user's own.

It is a text chunk that names what the picture is, and holds a checksum of all other bytes: a
picture that somebody has changed since is the user's.
"""

import re
import struct
import zlib
from pathlib import Path

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEY = b"biometry\0"
_PLACE = 33  # behind the signature and the header chunk, which all PNGs begin with
_HEAD_BYTES = 256
# How the pictures are called that we draw: only such files are opened to look for the mark.
_NAMES = re.compile(
    r".*_(overlay|mask|exam|scatter|bland_altman|error_by_size)\.png"
    r"|(worst|median|best|confusion|reliability)\.png"
)


def mark_png(path: Path, kind: str) -> None:
    """Mark a PNG that was just written. ``kind`` says what it is, such as "overlay"."""
    content = path.read_bytes()
    text = b"tEXt" + _KEY + f"{kind} {zlib.crc32(content):08x}".encode()
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    path.write_bytes(content[:_PLACE] + chunk + content[_PLACE:])


def kind_of_png(content: bytes) -> str | None:
    """What a marked PNG is; None for all others. The first bytes of a file are enough."""
    place = len(_SIGNATURE)
    if not content.startswith(_SIGNATURE):
        return None
    while place + 8 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        name = content[place + 4 : place + 8]
        if name == b"IDAT":
            break
        if name == b"tEXt" and content.startswith(_KEY, place + 8):
            text = content[place + 8 + len(_KEY) : place + 8 + length]
            return text.decode("latin-1").partition(" ")[0]
        place += 12 + length
    return None


def is_our_png(path: Path) -> bool:
    """Whether a file is a picture of ours as we wrote it."""
    content = path.read_bytes()
    if content[_PLACE + 4 : _PLACE + 8 + len(_KEY)] != b"tEXt" + _KEY:
        return False
    (length,) = struct.unpack_from(">I", content, _PLACE)
    told = content[_PLACE + 8 + len(_KEY) : _PLACE + 8 + length].rpartition(b" ")[2]
    rest = content[:_PLACE] + content[_PLACE + 12 + length :]
    return told == f"{zlib.crc32(rest):08x}".encode()


def is_drawn(path: Path) -> bool:
    """Whether a file is one of our pictures by its name and its mark, and so no scan."""
    if not _NAMES.fullmatch(path.name):
        return False
    try:
        with path.open("rb") as stream:
            return kind_of_png(stream.read(_HEAD_BYTES)) is not None
    except OSError:
        return False
