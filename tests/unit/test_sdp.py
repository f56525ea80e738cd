"""Offers of browsers, aiortc, OBS and GStreamer, what we answer, and what is refused."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import aiortc.sdp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import offers
from tests.support.ortc_page import NOWHERE
from vtp.errors import Invalid
from vtp.media.rtp import ortc, sdp, sdp_answer, sdp_fragment
from vtp.media.rtp.sdp_lines import BadSdp


def published(name: str, camera: tuple[str, ...] = ()) -> tuple[str, list[ortc.Published]]:
    answer, accepted = sdp_answer.publish_answer(
        offers.offer(name), NOWHERE, camera=camera, session_id=7
    )
    return answer, [ortc.published(one.kind, one.parameters) for one in accepted]


def watched(name: str) -> str:
    offer = offers.offer(name)
    return sdp_answer.watch_answer(offer, NOWHERE, offers.given_to(offer), session_id=7)


def media(text: str) -> list[str]:
    """The m-lines and what follows them."""
    return re.split(r"^(?=m=)", text, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("name", offers.names(having="publish") + offers.names(having="simulcast"))
def test_what_real_clients_publish_is_taken_and_answered(name: str) -> None:
    answer, tracks = published(name)
    camera = "video/VP8" if name.startswith("firefox") else "video/H264"
    assert [track.mime for track in tracks] == ["audio/opus", camera]
    assert offers.odd_lines(answer) == []
    assert answer.count("a=recvonly") == 2
    assert answer.count("a=candidate") == 1


def test_each_client_is_known_by_its_own_numbers() -> None:
    found = {
        name: [(t.mid, t.pt, t.rtx_pt, t.encodings[0].ssrc, t.nack, t.twcc) for t in tracks]
        for name in ("obs-publish", "gstreamer-publish", "aiortc-publish", "firefox-publish")
        for tracks in (published(name)[1],)
    }
    assert found == {
        "obs-publish": [
            ("0", 111, None, 2119471010, False, False),
            ("1", 96, None, 2119471011, True, False),
        ],
        "gstreamer-publish": [
            ("audio0", 97, None, 1573021461, False, False),
            ("video1", 96, 98, 990411873, True, True),
        ],
        "aiortc-publish": [
            ("0", 96, None, 559081457, False, False),
            ("1", 99, 100, 2764192513, True, False),
        ],
        "firefox-publish": [
            ("0", 109, None, 3830663116, False, True),
            ("1", 120, 124, 4089462450, True, True),
        ],
    }


@pytest.mark.parametrize("name", offers.names(having="simulcast"))
def test_layers_are_accepted_by_name(name: str) -> None:
    answer, tracks = published(name)
    assert tracks[1].encodings == tuple(ortc.Encoding(rid=rid) for rid in "qhf")
    assert "a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f" in answer


def test_the_order_of_cameras_decides_among_what_is_offered() -> None:
    assert published("chromium-publish", ("vp9",))[1][1].mime == "video/VP9"
    assert published("obs-publish", ("vp8",))[1][1].mime == "video/H264"


def test_stereo_is_asked_of_who_sends_it() -> None:
    assert "stereo=1" in published("obs-publish")[0]
    # It would like to hear stereo, but sends one channel.
    assert "stereo=1" not in published("firefox-publish")[0]


def test_a_profile_is_answered_as_it_was_written() -> None:
    assert "profile-level-id=42c015" in published("gstreamer-publish")[0]


@pytest.mark.parametrize("name", offers.names(having="watch"))
def test_a_watcher_gets_sound_and_picture_in_its_own_numbers(name: str) -> None:
    answer = watched(name)
    assert offers.odd_lines(answer) == []
    sound, picture = media(answer)
    assert "a=sendonly" in sound
    assert "a=msid:ada ada-0" in sound
    assert "a=ssrc:1000 cname:ada" in sound
    assert "a=ssrc-group:FID 1001 2001" in picture
    offered = media(offers.text(name))[1].split("\r\n")[0].split(" ")
    assert set(picture.split("\r\n")[0].split(" ")[3:]) < set(offered)


@pytest.mark.parametrize("name", ["chromium-channel", "firefox-channel"])
def test_data_channels_are_answered_with_port_0(name: str) -> None:
    answer, tracks = published(name)
    assert len(tracks) == 1
    assert "a=group:BUNDLE 0\r\n" in answer
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n" in answer


def test_an_m_line_without_a_track_is_answered_with_port_0() -> None:
    offer = offers.offer("chromium-watch")
    given = {"0": offers.given_to(offer)["0"]}
    answer = sdp_answer.watch_answer(offer, NOWHERE, given, session_id=7)
    assert media(answer)[1].startswith("m=video 0 UDP/TLS/RTP/SAVPF 96\r\n")
    assert "a=group:BUNDLE 0\r\n" in answer


@pytest.mark.parametrize("name", offers.names(having="publish") + offers.names(having="watch"))
def test_another_reader_understands_our_answers(name: str) -> None:
    answer = published(name)[0] if "publish" in name else watched(name)
    read = aiortc.sdp.SessionDescription.parse(answer)
    offer = offers.offer(name)
    assert [m.rtp.muxId for m in read.media] == [one.mid for one in offer.sections]
    for one in read.media:
        assert one.dtls is not None
        # Who waits for the handshake is answered by one who begins it.
        assert one.dtls.role == ("client" if offer.dtls.role == "server" else "server")
        assert one.ice is not None
        assert one.ice.usernameFragment == "nobodyhome"
        assert one.ice.iceLite
        assert one.rtp.codecs
    assert [c.port for c in read.media[0].ice_candidates] == [9]


def test_a_watcher_is_promised_nothing_that_it_did_not_offer() -> None:
    picture = media(watched("aiortc-watch"))[1]
    assert "transport-cc" not in picture
    assert "rtcp-fb:99 nack pli" in picture
    assert re.findall(r"a=extmap:\d+", picture) == ["a=extmap:3"]


def test_extensions_offered_for_one_way_are_answered_for_one_way() -> None:
    picture = media(published("firefox-simulcast")[0])[1]
    assert "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" in picture
    assert "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid" in picture


def test_a_fragment_tells_a_restart_from_a_trickle() -> None:
    trickled = (
        "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host\r\n"
        "a=end-of-candidates\r\n"
    )
    expected = sdp_fragment.Fragment("EsAw", "P2uYro0UCOQ4zxjKXaWCBui1")
    assert sdp_fragment.parse_fragment(trickled) == expected
    inside = "m=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:0\n" + trickled.split("m=", maxsplit=1)[0]
    assert sdp_fragment.parse_fragment(inside) == expected


def test_a_restart_is_answered_with_our_new_credentials() -> None:
    written = sdp_fragment.write_fragment(offers.offer("obs-publish"), ("0", "1"), NOWHERE)
    read = sdp_fragment.parse_fragment(written)
    assert (read.ufrag, read.password) == ("nobodyhome", "nobody" * 4)
    assert "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" in written


def changed(name: str, pattern: str, to: str, count: int = 0) -> str:
    text, made = re.subn(pattern, to, offers.text(name), count=count, flags=re.MULTILINE)
    assert made
    return text


_REFUSED = {
    "nothing": "",
    "something else": "hello\r\n",
    "no m-line": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
    "a line that is none": changed("obs-publish", "^s=-", "s"),
    "a control character": changed("obs-publish", "^s=-", "s=\x00"),
    "an empty line": changed("obs-publish", "^s=-\r", "\r"),
    "a bare carriage return": changed("obs-publish", "^s=-", "s=a\rb"),
    "too long": offers.text("obs-publish") + "a=x\r\n" * 13_200,
    "too many lines": offers.text("obs-publish") + "a=x\n" * 4_000,
    "33 m-lines": offers.text("obs-publish")
    + "".join(f"m=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:{n}\r\n" for n in range(2, 33)),
    "no group": changed("obs-publish", "^a=group:BUNDLE.*\r\n", ""),
    "a group of strangers": changed("obs-publish", "^a=group:BUNDLE 0", "a=group:BUNDLE x"),
    "no mid": changed("obs-publish", "^a=mid:1\r\n", ""),
    "a mid with a space": changed("obs-publish", "^a=mid:1", "a=mid:1 2"),
    "one mid twice": changed("obs-publish", "^a=mid:1", "a=mid:0"),
    "no fragment": changed("obs-publish", "^a=ice-ufrag.*\r\n", ""),
    "a short password": changed("obs-publish", "^a=ice-pwd:.*\r", "a=ice-pwd:short\r"),
    "a password with a space": changed("obs-publish", "^a=ice-pwd:", "a=ice-pwd: "),
    "no fingerprint": changed("obs-publish", "^a=fingerprint.*\r\n", ""),
    "a weak fingerprint": changed("obs-publish", "sha-256", "md5"),
    "no setup": changed("obs-publish", "^a=setup.*\r\n", ""),
    "lite as we are": changed("obs-publish", "^a=setup:actpass", "a=ice-lite\r\na=setup:actpass"),
    "a port too high": changed("obs-publish", "^m=audio 9", "m=audio 65536"),
    "no formats": changed("obs-publish", "^m=audio .*\r", "m=audio 9 UDP/TLS/RTP/SAVPF\r"),
    "a payload type twice": changed("obs-publish", "SAVPF 96", "SAVPF 96 96"),
    "an SSRC of 0": changed("obs-publish", "^a=ssrc:2119471010", "a=ssrc:0"),
    "an SSRC too high": changed("obs-publish", "^a=ssrc:2119471010", "a=ssrc:4294967296"),
    "one SSRC for two": changed("obs-publish", "2119471011", "2119471010"),
    "17 SSRCs": changed(
        "obs-publish",
        "^a=mid:1",
        "\r\n".join(["a=mid:1", *(f"a=ssrc:{n} cname:x" for n in range(1, 18))]),
    ),
    "four layers": changed("chromium-simulcast", "^a=rid:q send", "a=rid:x send\r\na=rid:q send"),
    "a layer twice": changed("chromium-simulcast", "^a=rid:q send", "a=rid:h send"),
    "one id for two extensions": changed("chromium-publish", "^a=extmap:2 ", "a=extmap:1 "),
}


@pytest.mark.parametrize("text", _REFUSED.values(), ids=_REFUSED.keys())
def test_what_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        sdp.parse_offer(text)
    assert refused.value.code == "bad_sdp"


_UNUSED = {
    "not muxed": changed("obs-publish", "^a=rtcp-mux\r\n", ""),
    "another protocol": changed("obs-publish", "UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "no codec of ours": changed("obs-publish", "(opus|H264)/", "other/"),
    "only for hearing": changed("obs-publish", "^a=sendonly", "a=recvonly"),
    "all refused": changed("obs-publish", "^(m=[a-z]+) 9", r"\1 0"),
}


@pytest.mark.parametrize("text", _UNUSED.values(), ids=_UNUSED.keys())
def test_an_offer_without_anything_for_us_is_refused(text: str) -> None:
    with pytest.raises(BadSdp):
        sdp_answer.publish_answer(sdp.parse_offer(text), NOWHERE, session_id=7)


def test_candidates_are_passed_over_however_many() -> None:
    line = "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
    assert sdp.parse_offer(offers.text("obs-publish") + line * 900) == offers.offer("obs-publish")


def test_only_one_m_line_of_each_kind_is_taken() -> None:
    second = media(offers.text("obs-publish"))[1].replace("a=mid:1", "a=mid:2")
    second = second.replace("2119471011", "2119471012")
    text = changed("obs-publish", "^a=group:BUNDLE 0 1", "a=group:BUNDLE 0 1 2") + second
    answer, accepted = sdp_answer.publish_answer(sdp.parse_offer(text), NOWHERE, session_id=7)
    assert [one.mid for one in accepted] == ["0", "1"]
    assert media(answer)[2].startswith("m=video 0 ")


def test_a_single_m_line_needs_no_group() -> None:
    text = changed("obs-publish", "^a=group.*\r\n", "").split("m=video")[0]
    answer, accepted = sdp_answer.publish_answer(sdp.parse_offer(text), NOWHERE, session_id=7)
    assert len(accepted) == 1
    assert "a=group" not in answer


@pytest.mark.parametrize("wrong", ["", "a=ice-ufrag:EsAw\r\n", "a=ice-pwd:x\r\n", "x", "a=\x01"])
def test_a_fragment_without_credentials_is_refused(wrong: str) -> None:
    with pytest.raises(BadSdp):
        sdp_fragment.parse_fragment(wrong)


_ODD = [
    "",
    " ",
    "\r\n",
    "\r\na=x:y",
    "\x00",
    "0",
    "-1",
    "99999999999999999999",
    "\u0663",
    "\u2028",
    ":" * 50,
    ";" * 500,
    "/",
    "send",
    "recv ",
    "~",
    "m=video 9 UDP/TLS/RTP/SAVPF 96",
    "a=simulcast:send ;;;~,~",
    "a=rid:\u0661 send",
    "a=fmtp:96 apt=96",
    "a=ssrc-group:FID 1 1",
]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    lines = offers.text(draw(st.sampled_from(offers.names()))).split("\r\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        line, odd = lines[at], draw(st.sampled_from(_ODD) | st.text(max_size=8))
        words = re.split(r"([ :=;,/])", line)
        word = draw(st.integers(0, len(words) - 1))
        changes: list[Any] = [
            [],
            [line, line],
            [lines[other]],
            [line, odd],
            [line[: draw(st.integers(0, 40))]],
            ["".join([*words[:word], odd, *words[word + 1 :]])],
            ["".join([*words[:word], odd, *words[word:]])],
        ]
        lines[at : at + 1] = draw(st.sampled_from(changes)) or ["a=x"]
    return "\r\n".join(lines)


@given(mutations())
def test_no_mutation_of_a_real_offer_breaks_out_or_gets_odd_lines_in(text: str) -> None:
    for answer in offers.every_use(text):
        assert offers.odd_lines(answer) == []


@given(st.text(alphabet=st.sampled_from("vmao=0:/ \r\n129audiosn\x00"), max_size=200))
def test_no_text_breaks_out(text: str) -> None:
    assert offers.every_use(text) == []
    offers.every_use("v=0\n" + text)
    with suppress(BadSdp):
        sdp_fragment.parse_fragment(text)
