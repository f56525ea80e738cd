"""A recording as the recorder writes it, while it goes on: the real files and the real journal."""

from __future__ import annotations

from pathlib import Path

from vtp.media.capture.wire import Open
from vtp.media.recorder import journal
from vtp.media.recorder.samples import Sample
from vtp.media.recorder.shelf import Files, Log, Part

_SAID = Sample(b"\xf8\xff\xfe", True, codec="opus")  # RFC 6716: 20 ms
_TICKS = 960


class GrowingFiles:
    def __init__(self, folder: Path) -> None:
        self._told = folder / journal.NAME
        self._log = Log(self._told)
        again = self._log.story.began is not None
        told = journal.TakenUp(at=1.0) if again else journal.Began(recording="r", wall=1.7e9)
        self._log.write(told)
        self._files = Files(folder, self._log)
        self._ticks: dict[int, int] = {}

    def begin(self) -> Part:
        """A microphone comes on."""
        opened = Open(
            leg=1,
            recording="r",
            track="microphone-1",
            participant="018f3f4e-7c1a-7000-8000-000000000001",
            source="microphone",
            mime="audio/opus",
            clock_rate=48_000,
            live=True,
        )
        return self._files.part(opened, _SAID)

    def say(self, part: Part, *, seconds: float = 0.5) -> None:
        for _ in range(int(seconds * 50)):
            at = self._ticks.get(part.number, 0)
            self._files.grown(part.number, part.write(_SAID, at=at, duration=_TICKS))
            self._ticks[part.number] = at + _TICKS

    def end(self, part: Part) -> str:
        """It goes off; the name of its file."""
        self._files.end(part.number)
        return f"{part.number:04d}.mp4"

    def said(self) -> str:
        """All of that: the name of the file."""
        part = self.begin()
        self.say(part)
        return self.end(part)

    def die(self) -> None:
        """Killed just before the journal was told of its end."""
        before = self._told.stat().st_size
        self._files.close()
        self._log.close()
        lines = self._told.read_bytes()[before:].splitlines(keepends=True)
        rest = b"".join(one for one in lines if b"part_ended" not in one)
        self._told.write_bytes(self._told.read_bytes()[:before] + rest)

    def finish(self) -> None:
        self._files.close()
        self._log.write(journal.Ended(at=2.0))
        self._log.close()
