"""What cameras and screens of a class send, so that all who watch can decode it. Pure.

Who cannot decode a track says so with what they can; from then on its source sends something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from vtp.rooms.facts import ParticipantId, Source

CAMERA: Final = "video/H264"
# What a recording keeps, and so all that there is: every class may be recorded.
_KEPT = ("video/H264", "video/VP8", "video/VP9", "video/AV1")
# What is asked for in the place of another: the first is what every browser can encode.
_INSTEAD = ("video/VP8", "video/H264", "video/VP9", "video/AV1")


@dataclass(slots=True)
class Codecs:
    usual: Mapping[Source, str]  # while all can decode it
    # Source by source the only codec from now on: who left again may come back.
    only: dict[Source, str] = field(default_factory=dict)
    _able: dict[ParticipantId, frozenset[str]] = field(default_factory=dict)
    _asked: set[tuple[ParticipantId, Source, str]] = field(default_factory=set)

    def now(self) -> dict[Source, str]:
        return {source: self.only.get(source, usual) for source, usual in self.usual.items()}

    def of(self, source: Source) -> str | None:
        """What is to be sent now; None for sound."""
        return self.now().get(source)

    @property
    def offered(self) -> tuple[str, ...]:
        """To who publishes: first what cameras send now."""
        return tuple(dict.fromkeys((self.now().get("camera", CAMERA), *_KEPT)))

    def watches(self, who: ParticipantId, able: Iterable[str]) -> None:
        """They can decode these, and nothing else that is forwarded."""
        self._able[who] = frozenset(able)

    def cannot_decode(self, source: Source) -> bool:
        """Somebody cannot decode what comes from there; False when nothing suits everybody."""
        common = next((mime for mime in _INSTEAD if self._suits(mime)), None)
        if common is None or source not in self.usual:
            return False
        self.only[source] = common
        return True

    def better(self, sender: ParticipantId, source: Source, mime: str) -> str | None:
        """What this sender is to send instead; None when it is well, or they were asked before.

        Who sends the same once more, cannot do otherwise.
        """
        wanted = self.only.get(source)
        if wanted is None or mime == wanted or self._suits(mime):
            return None
        asked = (sender, source, wanted)
        if asked in self._asked:
            return None
        self._asked.add(asked)
        return wanted

    def _suits(self, mime: str) -> bool:
        return all(mime in able for able in self._able.values())

    def forget(self, who: ParticipantId) -> None:
        self._able.pop(who, None)
        self._asked = {asked for asked in self._asked if asked[0] != who}
