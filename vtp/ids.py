"""Identifiers: UUIDv7, made by us, so that they sort by birth and no extension is needed."""

from __future__ import annotations

import os
import time
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
KeyId = NewType("KeyId", UUID)
PasskeyId = NewType("PasskeyId", UUID)
IdentityId = NewType("IdentityId", UUID)
JobId = NewType("JobId", UUID)
RoomId = NewType("RoomId", UUID)
MeetingId = NewType("MeetingId", UUID)
MailId = NewType("MailId", UUID)
NoticeId = NewType("NoticeId", UUID)
RecordingId = NewType("RecordingId", UUID)
MediaId = NewType("MediaId", UUID)
UploadId = NewType("UploadId", UUID)
CourseId = NewType("CourseId", UUID)
SectionId = NewType("SectionId", UUID)
SeriesId = NewType("SeriesId", UUID)
VenueId = NewType("VenueId", UUID)
ClassId = NewType("ClassId", UUID)


def uuid7(now_ms: int | None = None) -> UUID:
    """RFC 9562 section 5.7: 48 bits of milliseconds, then 74 random bits."""
    ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    value = (ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return UUID(int=value)
