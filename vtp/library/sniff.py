"""What a file is, by its first bytes and never by its name. Pure.

What is shown on our pages later (video, sound, pictures) is looked at again by a sandbox child;
here it is told apart from the rest, and what could be a program or a page is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vtp.library.kinds import Kind
from vtp.media.pack import imagefile

# So many bytes tell what a file is.
ENOUGH = 4096


@dataclass(frozen=True, slots=True)
class Found:
    kind: Kind
    content_type: str


_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
}
_TEXTS = {"md": "text/markdown", "csv": "text/csv", "srt": "text/plain", "vtt": "text/vtt"}
# What browsers or shells would run, however it is called.
_ACTIVE = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<!doctype|<html|<svg|<\?xml|<script|<head|<body|<\?php|<iframe|#!|%!PS)",
    re.IGNORECASE,
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MEDIA: tuple[tuple[re.Pattern[bytes], Kind, str], ...] = (
    (re.compile(rb".{4}(?:moov|mdat|wide|free)", re.DOTALL), "video", "video/quicktime"),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), "audio", "audio/wav"),
    (re.compile(rb"RIFF.{4}AVI ", re.DOTALL), "video", "video/x-msvideo"),
    (re.compile(rb"OggS"), "audio", "audio/ogg"),
    (re.compile(rb"fLaC"), "audio", "audio/flac"),
    # Packets of 188 bytes, each beginning with G.
    (re.compile(rb"G.{187}G.{187}G", re.DOTALL), "video", "video/mp2t"),
)
_SOUND_BRANDS = (b"M4A ", b"M4B ")


_BY_SUFFIX: dict[str, Kind] = {
    **dict.fromkeys(("mp4", "mov", "m4v", "webm", "mkv", "avi", "ts"), "video"),
    **dict.fromkeys(("mp3", "m4a", "aac", "ogg", "opus", "flac", "wav"), "audio"),
    **dict.fromkeys(("png", "jpg", "jpeg", "webp", "gif"), "image"),
    **dict.fromkeys(("pdf", "txt", *_OFFICE, *_TEXTS), "document"),
}


def guess(name: str) -> Kind:
    """What it will probably be, until its bytes have come."""
    return _BY_SUFFIX.get(name.rpartition(".")[2].lower(), "file")


def look(head: bytes, name: str) -> Found | None:
    """None for what is not taken. `name` only chooses among kinds that are alike in their bytes."""
    suffix = name.rpartition(".")[2].lower()
    if header := imagefile.look(head):
        return Found("image", f"image/{header.kind}")
    return _media(head, suffix) or _document(head, suffix)


def _media(head: bytes, suffix: str) -> Found | None:
    if head[4:8] == b"ftyp":
        sound = head[8:12] in _SOUND_BRANDS
        return Found("audio", "audio/mp4") if sound else Found("video", _mp4(head))
    if head.startswith(b"\x1aE\xdf\xa3"):
        return Found("video", "video/webm" if b"webm" in head[:64] else "video/x-matroska")
    for begins, kind, content_type in _MEDIA:
        if begins.match(head):
            return Found(kind, content_type)
    if head.startswith(b"ID3") or _is_mpeg_sound(head):
        return Found("audio", "audio/aac" if suffix == "aac" else "audio/mpeg")
    return None


def _mp4(head: bytes) -> str:
    return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"


def _is_mpeg_sound(head: bytes) -> bool:
    """ISO 11172-3: eleven ones, then a version, layer and rate that exist. ADTS has layer 0."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    adts = head[1] & 0xF6 == 0xF0
    layer, rate = head[1] >> 1 & 3, head[2] >> 4
    return adts or (layer != 0 and rate not in {0, 15})


def _document(head: bytes, suffix: str) -> Found | None:
    if b"%PDF-" in head[:1024]:
        return Found("document", "application/pdf")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        office = _OFFICE.get(suffix)
        return Found("document", office) if office else Found("file", "application/zip")
    return _text(head, suffix)


def _text(head: bytes, suffix: str) -> Found | None:
    if not head or _ACTIVE.match(head) or _CONTROL.search(head):
        return None
    try:
        # The last character may be cut off.
        head[:-4].decode() if len(head) >= ENOUGH else head.decode()
    except UnicodeDecodeError as error:
        if len(head) < ENOUGH or error.end < len(head) - 8:
            return None
    return Found("document", _TEXTS.get(suffix, "text/plain"))
