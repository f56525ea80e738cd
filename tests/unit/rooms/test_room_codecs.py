"""What cameras and screens of a class send, so that all who watch can decode it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from vtp.rooms.codecs import Codecs
from vtp.rooms.facts import ParticipantId, Source

H264, VP8, VP9, AV1 = "video/H264", "video/VP8", "video/VP9", "video/AV1"
ALL = {H264, VP8, VP9, AV1, "audio/opus"}


def somebody() -> ParticipantId:
    return ParticipantId(uuid4())


def codecs(screen: str = VP8) -> Codecs:
    return Codecs({"camera": H264, "screen": screen})


def test_as_long_as_all_can_decode_it_the_usual_is_sent() -> None:
    made = codecs(AV1)
    made.watches(somebody(), ALL)
    assert made.now() == {"camera": H264, "screen": AV1}
    assert made.of("microphone") is None
    assert made.better(somebody(), "screen", AV1) is None


@pytest.mark.parametrize(
    ("source", "sent", "able", "instead"),
    [
        ("camera", H264, {VP8, VP9}, VP8),
        ("screen", AV1, {H264, VP8, VP9}, VP8),
        ("screen", VP8, {H264}, H264),
        ("screen", AV1, {VP9}, VP9),
        ("camera", VP8, {H264, "audio/opus"}, H264),
    ],
)
def test_who_cannot_decode_it_has_it_sent_in_what_all_can(
    source: Source, sent: str, able: set[str], instead: str
) -> None:
    made, sender = codecs(), somebody()
    made.watches(somebody(), ALL)
    made.watches(somebody(), able)
    assert made.cannot_decode(source)
    assert made.of(source) == instead
    assert made.better(sender, source, sent) == instead
    assert made.better(sender, source, instead) is None


def test_one_source_does_not_change_the_other() -> None:
    made = codecs(AV1)
    made.watches(somebody(), {H264, VP8})
    assert made.cannot_decode("screen")
    assert made.now() == {"camera": H264, "screen": VP8}
    assert made.better(somebody(), "camera", H264) is None


def test_where_nothing_suits_everybody_all_stays_as_it_is() -> None:
    made = codecs()
    made.watches(somebody(), {VP8})
    made.watches(somebody(), {H264})
    assert not made.cannot_decode("camera")
    assert made.now() == {"camera": H264, "screen": VP8}


def test_a_sender_who_cannot_do_otherwise_is_asked_once() -> None:
    made, sender = codecs(), somebody()
    made.watches(somebody(), {VP8})
    assert made.cannot_decode("camera")
    assert made.better(sender, "camera", H264) == VP8
    assert made.better(sender, "camera", H264) is None
    assert made.better(somebody(), "camera", H264) == VP8
    made.forget(sender)
    assert made.better(sender, "camera", H264) == VP8


def test_what_all_can_decode_is_left_alone_though_it_is_not_what_is_asked_for() -> None:
    made = codecs()
    made.watches(somebody(), {VP8, VP9})
    assert made.cannot_decode("camera")
    assert made.better(somebody(), "camera", VP9) is None


def test_who_has_left_counts_no_more_but_nobody_is_asked_to_change_back() -> None:
    made, old = codecs(), somebody()
    made.watches(old, {VP8})
    assert made.cannot_decode("camera")
    made.forget(old)
    assert made.of("camera") == VP8
    assert made.better(somebody(), "camera", H264) is None
    made.watches(somebody(), {H264})
    assert made.cannot_decode("camera")
    assert made.of("camera") == H264


def test_sound_has_one_codec() -> None:
    made = codecs()
    made.watches(somebody(), {VP8})
    assert not made.cannot_decode("microphone")
