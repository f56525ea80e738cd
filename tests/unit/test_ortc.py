"""ORTC against what Chromium and Firefox sent through an unmodified mediasoup-client."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.errors import Invalid
from vtp.media.rtp import codecs, ortc
from vtp.media.rtp.extensions import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    MID,
    ORIENTATION,
    REPAIRED_RID,
    RID,
    ROUTER_IDS,
    TRANSPORT_CC,
    SenderIds,
)
from vtp.media.rtp.ortc_types import RtpCapabilities, RtpParameters

_SAVED = Path(__file__).parents[1] / "support" / "ortc"
_BROWSERS: dict[str, Any] = {
    name: json.loads((_SAVED / f"{name}.json").read_text("utf-8"))
    for name in ("chromium", "firefox")
}
_SENT = [
    pytest.param(track["kind"], track["rtpParameters"], id=f"{browser}-{index}")
    for browser, saved in _BROWSERS.items()
    for index, track in enumerate(saved["sent"])
]


def parameters(given: Any) -> RtpParameters:
    return msgspec.convert(given, RtpParameters)


def capabilities(browser: str) -> RtpCapabilities:
    return msgspec.convert(_BROWSERS[browser]["capabilities"]["recv"], RtpCapabilities)


def sent(browser: str, mime: str, *, layers: int = 1) -> Any:
    """A copy of what that browser sent, to be spoiled."""
    for track in _BROWSERS[browser]["sent"]:
        given = track["rtpParameters"]
        if given["codecs"][0]["mimeType"] == mime and len(given["encodings"]) == layers:
            return json.loads(json.dumps(given))
    raise LookupError(mime)


def track(browser: str, mime: str, *, layers: int = 1) -> ortc.Published:
    return ortc.published(
        "audio" if mime.startswith("audio") else "video",
        parameters(sent(browser, mime, layers=layers)),
    )


def watched(published: ortc.Published, known: RtpCapabilities) -> ortc.Consumed:
    return ortc.consumed(published, known, ssrc=1111, rtx_ssrc=2222, cname="one-person")


def names(given: RtpCapabilities) -> list[str]:
    return [c.mime_type for c in given.codecs if not c.mime_type.endswith("/rtx")]


def test_h264_is_what_cameras_try_first() -> None:
    assert names(ortc.router_capabilities()) == [
        "audio/opus",
        "video/H264",
        "video/VP8",
        "video/VP9",
        "video/AV1",
    ]


def test_the_order_of_cameras_is_a_choice_and_numbers_do_not_follow_it() -> None:
    first, other = ortc.router_capabilities(), ortc.router_capabilities(("video/VP8", "av1"))
    assert names(other)[1:] == ["video/VP8", "video/AV1", "video/H264", "video/VP9"]

    def key(codec: Any) -> int:
        return int(codec.preferred_payload_type)

    assert sorted(first.codecs, key=key) == sorted(other.codecs, key=key)


def test_every_video_codec_has_repairs_and_no_remb() -> None:
    listed = ortc.router_capabilities().codecs
    apts = {c.parameters["apt"] for c in listed if c.mime_type == "video/rtx"}
    for codec in listed:
        assert 100 <= codec.preferred_payload_type <= 126
        assert "goog-remb" not in {f.type for f in codec.rtcp_feedback}
        if codec.kind == "video" and codec.mime_type != "video/rtx":
            assert codec.preferred_payload_type in apts


def test_capabilities_are_written_in_the_words_of_the_client() -> None:
    wire = msgspec.to_builtins(ortc.router_capabilities())
    assert wire["codecs"][0] == {
        "kind": "audio",
        "mimeType": "audio/opus",
        "preferredPayloadType": 100,
        "clockRate": 48_000,
        "channels": 2,
        "parameters": {"useinbandfec": 1, "usedtx": 1},
        "rtcpFeedback": ({"type": "nack"}, {"type": "transport-cc"}),
    }
    twcc = [e for e in wire["headerExtensions"] if e["uri"] == TRANSPORT_CC]
    assert [(e["kind"], e["preferredId"], e.get("direction", "sendrecv")) for e in twcc] == [
        ("audio", 5, "recvonly"),
        ("video", 5, "sendrecv"),
    ]


@pytest.mark.parametrize(("kind", "given"), _SENT)
def test_what_browsers_send_is_understood(kind: Any, given: Any) -> None:
    published = ortc.published(kind, parameters(given))
    assert published.mime == given["codecs"][0]["mimeType"]
    assert published.pt == given["codecs"][0]["payloadType"]
    assert published.twcc
    assert published.mid == "0"
    assert len(published.encodings) == len(given["encodings"])
    if kind == "video":
        assert published.rtx_pt == given["codecs"][1]["payloadType"]
        assert published.nack
        assert published.pli


@pytest.mark.parametrize(("kind", "given"), _SENT)
@pytest.mark.parametrize("watcher", ["chromium", "firefox"])
def test_each_browser_gets_what_it_can_decode(kind: Any, given: Any, watcher: str) -> None:
    published = ortc.published(kind, parameters(given))
    known = capabilities(watcher)
    if watcher == "firefox" and published.mime == "video/H264":
        assert not ortc.can_consume(published, known)
        with pytest.raises(ortc.CannotConsume):
            watched(published, known)
        return
    assert ortc.can_consume(published, known)
    consumed = watched(published, known)
    # mediasoup-client knows our numbers.
    assert consumed.pt == published.router_pt
    assert consumed.rtx_pt == published.router_rtx_pt
    assert consumed.rtx_ssrc == (2222 if kind == "video" else None)
    assert consumed.twcc == (kind == "video")


def test_simulcast_is_known_by_rid_and_the_ids_are_the_senders() -> None:
    published = track("chromium", "video/H264", layers=3)
    assert published.encodings == (
        ortc.Encoding(rid="r0", max_bitrate=200_000),
        ortc.Encoding(rid="r1", max_bitrate=600_000),
        ortc.Encoding(rid="r2", max_bitrate=1_700_000),
    )
    assert published.ids == SenderIds(mid=9, rid=10, rrid=11, twcc=4, orientation=3)
    assert (published.router_pt, published.router_rtx_pt) == (101, 102)


def test_a_single_stream_is_known_by_its_numbers() -> None:
    published = track("firefox", "video/VP8")
    assert published.encodings == (ortc.Encoding(ssrc=4173665391, rtx_ssrc=1732121452),)
    assert (published.pt, published.rtx_pt) == (120, 124)


def test_stereo_is_what_the_sender_says_it_sends_not_what_it_would_hear() -> None:
    stereo, mono = (
        ortc.published("audio", parameters(_BROWSERS["firefox"]["sent"][n]["rtpParameters"]))
        for n in (0, 1)
    )
    assert stereo.fmtp == {"useinbandfec": 1, "usedtx": 1, "sprop-stereo": 1}
    assert mono.fmtp == {"useinbandfec": 1}


def test_what_a_watcher_is_told() -> None:
    consumed = watched(track("chromium", "video/VP8", layers=3), capabilities("firefox"))
    told = msgspec.to_builtins(consumed.parameters)
    assert [(c["mimeType"], c["payloadType"]) for c in told["codecs"]] == [
        ("video/VP8", 103),
        ("video/rtx", 104),
    ]
    assert told["encodings"] == ({"ssrc": 1111, "rtx": {"ssrc": 2222}},)
    assert told["rtcp"] == {"cname": "one-person", "reducedSize": True}
    assert {e["uri"] for e in told["headerExtensions"]} <= {ABS_SEND_TIME, TRANSPORT_CC}


def test_a_watcher_is_not_told_the_names_of_layers() -> None:
    consumed = watched(track("chromium", "video/H264", layers=3), capabilities("chromium"))
    told = {e.uri: e.id for e in consumed.parameters.header_extensions}
    assert told == {uri: ROUTER_IDS[uri] for uri in (ABS_SEND_TIME, TRANSPORT_CC, ORIENTATION)}
    assert not told.keys() & {MID, RID, REPAIRED_RID}
    assert (consumed.ast_id, consumed.twcc_id, consumed.third_id) == (4, 5, 11)


def test_sound_goes_without_numbers_to_measure_the_way() -> None:
    consumed = watched(track("chromium", "audio/opus"), capabilities("chromium"))
    assert {e.uri for e in consumed.parameters.header_extensions} == {AUDIO_LEVEL}
    assert (consumed.twcc_id, consumed.third_id, consumed.twcc, consumed.nack) == (
        0,
        10,
        False,
        True,
    )
    assert [f.type for f in consumed.parameters.codecs[0].rtcp_feedback] == ["nack"]


def test_without_a_stream_for_repairs_none_are_promised() -> None:
    consumed = ortc.consumed(
        track("chromium", "video/VP8"),
        capabilities("chromium"),
        ssrc=1,
        rtx_ssrc=None,
        cname="c",
    )
    assert (consumed.rtx_pt, consumed.rtx_ssrc) == (None, None)
    assert len(consumed.parameters.codecs) == 1


def test_a_watcher_with_other_numbers_gets_its_own() -> None:
    known = msgspec.to_builtins(capabilities("chromium"))
    for codec in known["codecs"]:
        codec["preferredPayloadType"] -= 5
        if "apt" in codec.get("parameters", {}):
            codec["parameters"]["apt"] -= 5
    known["headerExtensions"] = [
        {"kind": "video", "uri": TRANSPORT_CC, "preferredId": 13},
        {"kind": "video", "uri": ABS_SEND_TIME, "preferredId": 20},
        {"kind": "video", "uri": ORIENTATION, "preferredId": 2, "direction": "sendonly"},
    ]
    consumed = watched(track("firefox", "video/VP8"), msgspec.convert(known, RtpCapabilities))
    assert (consumed.pt, consumed.rtx_pt) == (98, 99)
    # 20 does not fit a one-byte header, and an orientation is only sent by this one.
    assert (consumed.ast_id, consumed.twcc_id, consumed.third_id) == (0, 13, 0)


def test_nothing_of_a_sender_gets_into_the_descriptions_of_others() -> None:
    given = sent("chromium", "audio/opus")
    given["codecs"][0]["parameters"] |= {"x\r\na=evil": "1", "usedtx": "1\r\na=evil:1"}
    published = ortc.published("audio", parameters(given))
    assert published.fmtp == {"useinbandfec": 1, "sprop-stereo": 1}


def put(value: Any, *path: Any) -> Callable[[Any], None]:
    def change(given: Any) -> None:
        for key in path[:-1]:
            given = given[key]
        given[path[-1]] = value

    return change


_SPOILED: dict[str, tuple[Callable[[Any], None], ...]] = {
    "no codec": (put([], "codecs"),),
    "a codec that we do not forward": (put("video/H265", "codecs", 0, "mimeType"),),
    "another profile": (put("640028", "codecs", 0, "parameters", "profile-level-id"),),
    "packets of another mode": (put(0, "codecs", 0, "parameters", "packetization-mode"),),
    "a clock that is not the codec's": (put(48_000, "codecs", 0, "clockRate"),),
    "a payload type like RTCP": (put(72, "codecs", 0, "payloadType"),),
    "repairs under the same payload type": (put(108, "codecs", 1, "payloadType"),),
    "no layers": (put([], "encodings"),),
    "four layers": (put([{"rid": f"r{n}"} for n in range(4)], "encodings"),),
    "two layers with one name": (put("r0", "encodings", 1, "rid"),),
    "two layers with one SSRC": (put(7, "encodings", 0, "ssrc"), put(7, "encodings", 1, "ssrc")),
    "repairs with the SSRC of a layer": (
        put({"rid": "r0", "ssrc": 7, "rtx": {"ssrc": 7}}, "encodings", 0),
    ),
    "names that no packet carries": (put([], "headerExtensions"),),
    "two extensions with one id": (put(10, "headerExtensions", 0, "id"),),
}


@pytest.mark.parametrize("changes", _SPOILED.values(), ids=_SPOILED.keys())
def test_what_cannot_be_forwarded_is_refused(changes: tuple[Callable[[Any], None], ...]) -> None:
    given = sent("chromium", "video/H264", layers=3)
    for change in changes:
        change(given)
    with pytest.raises(Invalid) as refused:
        ortc.published("video", parameters(given))
    assert refused.value.code == "bad_rtp_parameters"


def test_a_microphone_is_not_a_camera() -> None:
    with pytest.raises(ortc.BadRtpParameters):
        ortc.published("video", parameters(sent("chromium", "audio/opus")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"codecs": [{"mimeType": "video/VP8", "payloadType": 128, "clockRate": 90_000}]},
        {"codecs": [{"mimeType": "video/VP8\n", "payloadType": 100, "clockRate": 90_000}]},
        {"codecs": [], "encodings": [{"ssrc": 0}]},
        {"codecs": [], "encodings": [{"ssrc": 2**32}]},
        {"codecs": [], "encodings": [{"rid": "r0\n"}]},
        {"codecs": [], "encodings": [{}] * 17},
        {"codecs": [], "mid": "a b"},
        {"codecs": [], "headerExtensions": [{"uri": MID, "id": 0}]},
        {"codecs": [], "rtcp": {"cname": "c" * 256}},
        {"codecs": [], "rtcp": {"cname": "a b"}},
        {"codecs": [], "rtcp": {"cname": "a\r\na=evil"}},
    ],
    ids=str,
)
def test_what_is_out_of_bounds_does_not_get_in(wrong: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        parameters(wrong)


@pytest.mark.parametrize(
    ("written", "is_one"),
    [
        ("42e01f", True),
        ("42E01F", True),
        ("42001f", True),
        ("42c015", True),
        ("4d801f", True),
        ("58c01f", True),
        ("4d001f", False),
        ("64001f", False),
        ("42e01", False),
        ("42e01g", False),
        ("\uff14\uff12e01f", False),
    ],
)
def test_baseline_is_written_in_many_ways(written: str, is_one: bool) -> None:
    assert codecs.is_baseline(written) is is_one


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_trees = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def _places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        if isinstance(value, dict | list):
            found += _places(value, (*path, key))
        else:
            found.append((*path, key))
    return found


@given(st.data())
def test_no_mutation_breaks_out(data: st.DataObject) -> None:
    kind, given = data.draw(st.sampled_from([param.values for param in _SENT]))
    tree = json.loads(json.dumps(given))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_places(tree)))
        inner = tree
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = data.draw(_trees | st.sampled_from([0, 1, 14, 15, 96, 127, 2**32 - 1]))
    try:
        published = ortc.published(str(kind), parameters(tree))  # type: ignore[arg-type]  # any word
    except (Invalid, msgspec.ValidationError):
        return
    for browser in _BROWSERS:
        if ortc.can_consume(published, capabilities(browser)):
            watched(published, capabilities(browser))


@given(st.data())
def test_no_capabilities_break_out(data: st.DataObject) -> None:
    tree = msgspec.json.decode(msgspec.json.encode(capabilities("chromium")))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_places(tree)))
        inner = tree
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = data.draw(_trees | st.sampled_from([0, 1, 14, 15, 64, 101, 127]))
    try:
        known = msgspec.convert(tree, RtpCapabilities)
    except msgspec.ValidationError:
        return
    for mime in ("video/H264", "video/VP8", "audio/opus"):
        published = track("chromium", mime, layers=3 if mime == "video/H264" else 1)
        if ortc.can_consume(published, known):
            consumed = watched(published, known)
            told = [e.id for e in consumed.parameters.header_extensions]
            assert len(set(told)) == len(told)
            assert all(1 <= n <= 14 for n in told)
            assert consumed.rtx_pt != consumed.pt
