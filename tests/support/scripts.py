"""Journals of classes that never were: as a recorder would write them, and of every kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from vtp.media.manifests.table import Table, of_ended
from vtp.media.recorder import journal
from vtp.media.recorder.journal import AnyLine, Grown, PartBegan, PartEnded, Staged


@dataclass
class Script:
    """The lines of a journal, as a recorder would write them."""

    lines: list[AnyLine] = field(
        default_factory=lambda: [journal.Began(recording="r", wall=1_773_338_400.0)]
    )
    parts: int = 0

    def picture(
        self,
        track: str,
        start: float,
        until: float,
        *,
        source: str = "camera",
        key_every: float = 2.0,
        width: int = 1280,
        codec: str = "avc1.42e01f",
    ) -> Script:
        mime, name = ("video/vp8", "webm") if codec == "vp8" else ("video/h264", "mp4")
        self._begin(track, source, mime, codec, 90_000, name, width)
        return self._grow(start, until, 90_000, key_every=key_every, size=30_000)

    def sound(self, track: str, start: float, until: float, *, source: str = "mix") -> Script:
        codec = "mp4a.40.2" if track.endswith("aac") else "opus"
        self._begin(track, source, "audio/opus", codec, 48_000, "mp4", 0)
        return self._grow(start, until, 48_000, key_every=0.0, size=1_600)

    def _begin(
        self, track: str, source: str, mime: str, codec: str, scale: int, name: str, width: int
    ) -> None:
        self.parts += 1
        self.lines.append(
            PartBegan(
                part=self.parts,
                file=f"{self.parts:04d}.{name}",
                track=track,
                participant="p",
                source=source,
                mime=mime,
                codec=codec,
                timescale=scale,
                width=width,
                height=width * 9 // 16,
            )
        )

    def _grow(
        self, start: float, until: float, scale: int, *, key_every: float, size: int
    ) -> Script:
        offset, at, key = 700, round(start * scale), start
        step = scale // 5
        while at < round(until * scale) - 1:
            now = at / scale
            is_key = now >= key - 1e-6
            if is_key:
                key = now + key_every
            lasts = min(step, round(until * scale) - at)
            self.lines.append(
                Grown(
                    part=self.parts,
                    offset=offset,
                    size=size,
                    time=at,
                    duration=lasts,
                    samples=6,
                    key=is_key,
                )
            )
            offset, at = offset + size, at + lasts
        self.lines.append(PartEnded(part=self.parts, size=offset))
        return self

    def stage(self, at: float, track: str) -> Script:
        self.lines.append(Staged(at=at, track=track))
        return self

    def in_time(self) -> list[AnyLine]:
        """As it is written while it happens."""
        scales = {one.part: one.timescale for one in self.lines if isinstance(one, PartBegan)}
        first: dict[int, float] = {}
        last: dict[int, float] = {}
        for one in self.lines:
            if isinstance(one, Grown):
                first.setdefault(one.part, one.time / scales[one.part])
                last[one.part] = (one.time + one.duration) / scales[one.part]

        def when(one: AnyLine) -> tuple[float, int]:
            match one:
                case Grown():
                    return (one.time + one.duration) / scales[one.part], 2
                case PartBegan():
                    return first[one.part], 1
                case PartEnded():
                    return last[one.part] + 0.01, 3
                case Staged():
                    return one.at, 0
                case _:
                    return -1.0, 0

        return sorted(self.lines, key=when)

    def live(self) -> Table:
        table = Table()
        for one in self.in_time():
            table.add(one)
        return table

    def ended(self) -> Table:
        return of_ended(self.lines)


@st.composite
def classes(draw: st.DrawFn) -> Script:
    length = draw(st.integers(4, 40))
    script = Script().sound("mix-opus", 0, length)
    tracks = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=6))
    for track in tracks:
        start = draw(st.floats(0, length - 2))
        until = draw(st.floats(start + 1, length))
        source = "screen" if track == "c" else "camera"
        script.picture(
            track, start, until, source=source, key_every=draw(st.sampled_from([0.8, 2.0, 9.0]))
        )
    for at in sorted(draw(st.lists(st.floats(0, length), max_size=4))):
        script.stage(at, draw(st.sampled_from(["a", "b", ""])))
    return script
