"""Reading the offers of WHIP and WHEP, strictly and within bounds. Pure.

What comes out is checked or it is a `BadSdp`. Candidates are passed over: a lite agent waits for
the other side's checks and learns addresses from them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from vtp.media.rtp import sdp_lines, sdp_media
from vtp.media.rtp.ortc_types import DtlsParameters
from vtp.media.rtp.sdp_lines import BadSdp, Block
from vtp.media.rtp.sdp_media import Section

_MAX_FINGERPRINTS = 8
# RFC 8842, 5.3: who leaves it to us begins, because that saves a round trip.
_ROLES = {"actpass": "client", "active": "client", "passive": "server"}
# RFC 8839, 5.4: ice-char.
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT = re.compile(
    r"(sha-(?:1|224|256|384|512)) ((?:[0-9A-F]{2}:){19,63}[0-9A-F]{2})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    sections: tuple[Section, ...]
    ufrag: str
    password: str
    # The other side begins the handshake, or waits for it: then its role is "server".
    dtls: DtlsParameters
    # Several m-lines on one transport.
    bundled: bool
    # One- and two-byte header extensions may be mixed.
    mixed: bool

    def section(self, mid: str) -> Section | None:
        return next((one for one in self.sections if one.mid == mid), None)


def parse_offer(text: str) -> Offer:
    session, *media = sdp_lines.description(text)
    if not media:
        raise BadSdp("There is no m-line.")
    group = _bundle(session)
    if group is None and len(media) > 1:
        raise BadSdp("Several m-lines need one transport: a=group:BUNDLE.")
    otherwise = sdp_media.direction(session, otherwise="sendrecv")
    sections = tuple(
        sdp_media.section(block, bundled=group, otherwise=otherwise) for block in media
    )
    _check_together(sections)
    # RFC 9143, 7.2: of the m-lines of a group the first speaks for the transport.
    tagged = _tagged(media, group)
    ufrag, password = credentials((tagged, session))
    return Offer(
        sections=sections,
        ufrag=ufrag,
        password=password,
        dtls=_dtls(tagged, session),
        bundled=group is not None,
        mixed=session.has("extmap-allow-mixed") or tagged.has("extmap-allow-mixed"),
    )


def _bundle(session: Block) -> list[str] | None:
    for group in session.all("group"):
        semantics, *mids = group.split(" ")
        if semantics == "BUNDLE":
            return mids
    return None


def _tagged(media: Sequence[Block], group: Sequence[str] | None) -> Block:
    if group is None:
        return media[0]
    by_mid = {block.first("mid"): block for block in media}
    tagged = by_mid.get(group[0]) if group else None
    if tagged is None:
        raise BadSdp("The group of m-lines names one that is not there.")
    return tagged


def _check_together(sections: Sequence[Section]) -> None:
    mids = [one.mid for one in sections]
    if len(set(mids)) != len(mids):
        raise BadSdp("Two m-lines have the same mid.")
    meant: dict[int, str] = {}
    for extension in (one for section in sections for one in section.extensions):
        if meant.setdefault(extension.id, extension.uri) != extension.uri:
            raise BadSdp(f"Two header extensions have the id {extension.id}.")
    ssrcs = [one.ssrc for section in sections for one in section.sources]
    if len(set(ssrcs)) != len(ssrcs):
        raise BadSdp("Two m-lines have the same SSRC.")


def credentials(blocks: Sequence[Block]) -> tuple[str, str]:
    """The ICE user fragment and password of the first block that has any."""
    for block in blocks:
        ufrag, password = block.first("ice-ufrag") or "", block.first("ice-pwd") or ""
        if _UFRAG.fullmatch(ufrag) and _PASSWORD.fullmatch(password):
            return ufrag, password
        if ufrag or password:
            break
    raise BadSdp("The ICE user fragment or password is missing or cannot be read.")


def _dtls(tagged: Block, session: Block) -> DtlsParameters:
    if session.has("ice-lite"):
        raise BadSdp("One side must be a full ICE agent, and it is not this one.")
    role = _ROLES.get(tagged.first("setup") or session.first("setup") or "")
    if role is None:
        raise BadSdp("Who begins the handshake is not said: a=setup:actpass.")
    written = tagged.all("fingerprint") or session.all("fingerprint")
    read = [m for one in written[:_MAX_FINGERPRINTS] if (m := _FINGERPRINT.fullmatch(one))]
    if not read:
        raise BadSdp("There is no fingerprint that can be used.")
    return msgspec.convert(
        {
            "role": role,
            "fingerprints": [{"algorithm": m[1].lower(), "value": m[2].upper()} for m in read],
        },
        DtlsParameters,
    )
