"""Who speaks, and who is shown as the speaker, from the levels in packets (RFC 6464). Pure.

Nothing is decoded. Someone speaks who is loud in a good part of the last moments, so that a cough
or a key does not count; the shown speaker changes only for someone who goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

_LOUD = 35  # -dBov; room noise and breath are weaker
_SLOT = 0.1  # s
_SLOTS = 4
_SHARE = 0.4  # of the packets of these slots that must be loud
_LEAST = 5  # loud packets, 100 ms of them: with silence suppressed a few are a large share
_PAUSE = 0.8  # s; between two sentences one still speaks
_TAKEOVER = 0.8  # s of speaking over the one who is shown, and louder, until one is shown
_LOUDER = 3.0  # dB
_SMOOTH = 0.3  # weight of the newest slot
_SILENT = 127


@dataclass(frozen=True, slots=True)
class Change:
    active: str | None  # who is shown; stays after the last word until someone else speaks
    speaking: tuple[str, ...]  # the loudest first


class _Voice:
    __slots__ = ("all", "heard_at", "loud", "loudness", "packets", "quietest", "since")

    def __init__(self) -> None:
        self.loud = [0] * _SLOTS
        self.all = [0] * _SLOTS
        self.packets = 0  # in the slot that is being filled
        self.quietest = _SILENT  # the least attenuation of that slot
        self.loudness = 0.0  # dB above silence, smoothed
        self.since = -1.0  # when this began to speak; -1 does not
        self.heard_at = 0.0  # when it was last loud enough

    def turn(self, now: float) -> None:
        """A slot is over."""
        level = _SILENT - self.quietest if self.packets else 0
        self.loudness += _SMOOTH * (level - self.loudness)
        loud = sum(self.loud)
        if loud >= _LEAST and loud >= _SHARE * sum(self.all):
            self.heard_at = now
            if self.since < 0:
                self.since = now
        elif self.since >= 0 and now - self.heard_at >= _PAUSE:
            self.since = -1.0
        self.loud = [0, *self.loud[:-1]]
        self.all = [0, *self.all[:-1]]
        self.packets = 0
        self.quietest = _SILENT

    @property
    def idle(self) -> bool:
        return self.since < 0 and not any(self.all) and self.loudness < 1.0


class Speaking:
    """One per meeting. `level` for every packet of sound, `tick` about ten times a second."""

    def __init__(self, most: int = 5) -> None:
        self._most = most  # how many are named: more at once is noise
        self._voices: dict[str, _Voice] = {}
        self._turn_at = 0.0
        self._told = Change(None, ())

    def level(self, who: str, dbov: int, now: float) -> None:
        """`dbov` as on the wire: 0 for the loudest, 127 for silence."""
        voice = self._voices.get(who)
        if voice is None:
            if dbov > _LOUD:
                return
            voice = self._voices[who] = _Voice()
            voice.heard_at = now
        voice.packets += 1
        voice.all[0] += 1
        if dbov <= _LOUD:
            voice.loud[0] += 1
        voice.quietest = min(voice.quietest, dbov)

    def forget(self, who: str) -> None:
        """Who left cannot be shown any more."""
        self._voices.pop(who, None)

    def tick(self, now: float) -> Change | None:
        """What is new; None when nothing is."""
        if now - self._turn_at >= _SLOT:
            self._turn_at = now
            for voice in self._voices.values():
                voice.turn(now)
        speaking = sorted(
            (who for who, voice in self._voices.items() if voice.since >= 0),
            key=lambda who: -self._voices[who].loudness,
        )
        change = Change(self._shown(speaking, now), self._named(speaking))
        if change == self._told:
            return None
        self._told = change
        return change

    def _named(self, speaking: list[str]) -> tuple[str, ...]:
        """The loudest, in the order that was told already where only the order is new."""
        named = speaking[: self._most]
        before = self._told.speaking
        return before if set(named) == set(before) else tuple(named)

    def _shown(self, speaking: list[str], now: float) -> str | None:
        shown = self._told.active
        voice = self._voices.get(shown) if shown is not None else None
        for who in speaking:
            other = self._voices[who]
            if voice is None or voice.since < 0:
                return who
            if (
                who != shown
                and now - other.since >= _TAKEOVER
                and other.loudness >= voice.loudness + _LOUDER
            ):
                return who
        return shown if voice is not None else None
