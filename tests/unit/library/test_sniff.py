"""Files are told apart by their first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.media_files import video
from tests.support.pictures import a_png
from vtp.library import sniff


@pytest.mark.parametrize(
    ("head", "name", "kind", "content_type"),
    [
        (a_png(), "x.exe", "image", "image/png"),
        (video()[:4096], "x", "video", "video/mp4"),
        (video("webm", codec="libvpx")[:4096], "x.mp4", "video", "video/webm"),
        (b"RIFF\0\0\0\0WAVEfmt ", "x", "audio", "audio/wav"),
        (b"ID3\x04", "x", "audio", "audio/mpeg"),
        (b"G" + b"\0" * 187 + b"G" + b"\0" * 187 + b"G", "x", "video", "video/mp2t"),
        (b"%PDF-1.7\n", "x.html", "document", "application/pdf"),
        (b"PK\x03\x04\0\0", "sheet.xlsx", "document", sniff._OFFICE["xlsx"]),
        (b"PK\x03\x04\0\0", "sheet.exe", "file", "application/zip"),
        ("# Grüße\n".encode(), "notes.md", "document", "text/markdown"),
        (("ä" * 3000).encode()[:4096], "a", "document", "text/plain"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, name: str, kind: str, content_type: str) -> None:
    assert sniff.look(head, name) == sniff.Found(kind, content_type)  # type: ignore[arg-type]  # a literal in a table


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"  <svg onload='alert(1)'>",
        b"<?xml version='1.0'?><svg/>",
        b"#!/bin/sh\n",
        b"MZ\x90\0",
        b"\x7fELF\x02",
        b"\xff\xfe\0\0",
        b"abc\0def",
    ],
)
def test_what_could_run_is_not_taken_however_it_is_called(head: bytes) -> None:
    assert sniff.look(head, "lesson.mp4") is None


@given(st.binary(max_size=600), st.text(max_size=20))
def test_no_file_brings_it_to_fall(head: bytes, name: str) -> None:
    sniff.look(head, name)
