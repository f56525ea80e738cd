"""Journals that are read as they grow, and what players are told of them.

Another process writes them. Each is read once, and then only what is new; while nobody waits for
more, nothing is read at all.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from vtp.errors import Unavailable
from vtp.ids import RecordingId
from vtp.media.manifests import hls
from vtp.media.manifests.hls import Playlist
from vtp.media.manifests.shapes import Captions, Presentation, Rendition, Rung, Source
from vtp.media.manifests.table import Table, of_ended
from vtp.media.recorder import journal
from vtp.tasks import Tasks

# s; how often a journal is looked at that somebody waits for.
_LOOK = 0.02
_READ = 1 << 20  # bytes at a time
# Segments that are remembered of all recordings together, and recordings.
_MOST_SEGMENTS, _MOST_OPEN = 200_000, 128
# s without news after which nobody waits any more who was bounded by time.
_QUIET = 30.0
# s without a question after which a recording that has ended is told as it was in the end.
_LEFT = 20.0
# Different things that may be waited for, of one recording.
_MOST_WAITS = 256

# A rendition, a segment of it, and a piece of that; or a file, and a byte in it.
Wait = tuple[str, int, int | None]
# The first segment of all that there is: players take a playlist without any for a broken one.
ANYTHING: Wait = "", 0, None


class Followed:
    """One of them. `read` comes first; `look` is cheap, and may be called for each request."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.table = Table()
        self.live = True  # told as it came, not as it was in the end
        self.asked = self.look_at = 0.0  # when, by the clock of the loop
        self._rungs: dict[str, tuple[Rung, Rendition]] = {}
        self._captions: dict[str, Captions] = {}
        self._file: int | None = None
        self._at = 0
        self._torn = b""
        self._playlists: dict[str, Playlist] = {}
        self._texts: dict[tuple[str, bool], tuple[object, str]] = {}
        self._waits: dict[Wait, asyncio.Future[None]] = {}

    # --- the journal --------------------------------------------------------------------------
    def read(self) -> None:
        """All that there is, in a thread."""
        lines = list(self._lines())
        if lines and isinstance(lines[-1], journal.Ended):
            self.table, self.live = of_ended(lines), False
        else:
            for one in lines:
                self.table.add(one)

    def look(self) -> bool:
        """Whether there was more."""
        before = self.table.lines
        for line in self._lines():
            self.table.add(line)
        return self.table.lines != before

    def end(self) -> None:
        """It goes on no more, though its journal does not say so: the recorder never came back."""
        if not self.table.ended:
            self.table.add(journal.Ended(at=self.table.now))

    def _lines(self) -> Iterable[journal.AnyLine]:
        if (file := self._open()) is None:
            return
        while data := os.pread(file, _READ, self._at):
            self._at += len(data)
            *whole, self._torn = (self._torn + data).split(b"\n")
            for one in whole:
                if (line := journal.line(one)) is not None:
                    yield line

    @property
    def outgrown(self) -> bool:
        """Whether more was written after its end: pictures that were made playable."""
        if self._file is None or not self.table.ended:
            return False
        return os.fstat(self._file).st_size > self._at

    def _open(self) -> int | None:
        if self._file is None:
            with suppress(FileNotFoundError):
                self._file = os.open(self.folder / journal.NAME, os.O_RDONLY | os.O_CLOEXEC)
        return self._file

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._forget()

    # --- what players are told ----------------------------------------------------------------
    @property
    def segments(self) -> int:
        return sum(len(one.segments) for one in self.table.renditions().values())

    def presentation(self) -> Presentation:
        return Presentation(
            wall=self.table.wall,
            ended=self.table.ended,
            renditions=self.table.renditions(),
            rungs=[(rung.of, made) for rung, made in self._rungs.values()],
            captions=list(self._captions.values()),
        )

    def rendition(self, name: str) -> Rendition | None:
        found = self.table.renditions().get(name)
        if found is None and name in self._rungs:
            found = self._rungs[name][1]
        return found

    def renditions(self) -> list[Rendition]:
        return [*self.table.renditions().values(), *(made for _, made in self._rungs.values())]

    def source(self, name: str) -> Source | None:
        """A file that something is made of. Others are not for players."""
        for one in self.renditions():
            if name in one.sources:
                return one.sources[name]
        return self.table.replaced(name)

    def path(self, source: str) -> str:
        """Of a file, from the folder of the recording."""
        return self._rungs[source][0].file if source in self._rungs else self.table.file(source)

    def caption(self, name: str) -> Captions | None:
        return self._captions.get(name)

    def put(self, rungs: Iterable[Rung], captions: Iterable[Captions] = ()) -> None:
        """What was made of it by now."""
        self._captions = {one.name: one for one in captions}
        had = self._rungs
        self._rungs = {
            one.name: had[one.name] if one.name in had else (one, one.rendition()) for one in rungs
        }

    def playlist(self, name: str) -> Playlist | None:
        if name not in self._playlists:
            rendition = self.rendition(name)
            if rendition is None or not (rendition.segments or rendition.open):
                return None
            self._playlists[name] = Playlist(
                rendition, wall=self.table.wall, pauses=self.table.pauses
            )
        return self._playlists[name]

    def text(self, name: str, *, skip: bool = False) -> str | None:
        """Made once for all who ask until there is more."""
        playlist = self.playlist(name)
        if playlist is None:
            return None
        ended = self.table.ended
        target = hls.target(self.renditions()) if ended else hls.LIVE_TARGET
        state = playlist.state, ended, target
        had = self._texts.get((name, skip))
        if had is None or had[0] != state:
            told = playlist.text(
                ended=ended,
                next_byte=self.table.next_byte(name),
                skip=skip and not ended,
                target=target,
            )
            had = self._texts[name, skip] = state, told
        return had[1]

    # --- waiting ------------------------------------------------------------------------------
    def there(self, wait: Wait) -> bool:
        if self.table.ended:
            return True
        name, number, piece = wait
        if wait == ANYTHING:
            found = self.table.renditions().values()
            return bool(found) and all(one.segments for one in found)
        if name.isdecimal():
            return (name, number) in self.table.recent
        playlist = self.playlist(name)
        return playlist is not None and playlist.reached(number, piece)

    async def until(self, wait: Wait, *, limit: float, tasks: Tasks) -> None:
        """Return once it is there, or when the time is over."""
        if self.there(wait):
            return
        waiting = self._waits.get(wait)
        if waiting is None:
            if len(self._waits) >= _MOST_WAITS:
                raise Unavailable("Too many wait for this recording.", retry_after=1)
            waiting = asyncio.get_running_loop().create_future()
            if not self._waits:
                tasks.start("recordings.look", self._watch())
            self._waits[wait] = waiting
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await asyncio.shield(waiting)

    async def _watch(self) -> None:
        """While anybody waits; what nobody waits for any more is forgotten with the rest."""
        quiet = 0.0
        while self._waits:
            await asyncio.sleep(_LOOK)
            quiet += _LOOK
            if self.look():
                quiet = 0.0
                self._wake()
            elif quiet > _QUIET:
                self._forget()

    def _wake(self) -> None:
        for wait in [one for one in self._waits if self.there(one)]:
            waiting = self._waits.pop(wait)
            if not waiting.done():
                waiting.set_result(None)

    def _forget(self) -> None:
        for waiting in self._waits.values():
            if not waiting.done():
                waiting.set_result(None)
        self._waits.clear()


class Shelf:
    """Recordings that somebody plays; those that were not asked for the longest go first."""

    def __init__(self, root: Path, tasks: Tasks) -> None:
        self._root = root
        self._tasks = tasks
        self._open: OrderedDict[RecordingId, Followed] = OrderedDict()
        self._reading: dict[RecordingId, asyncio.Task[None]] = {}
        # Long ones take memory while they are read: one at a time.
        self._turn = asyncio.Lock()

    async def get(self, id: RecordingId) -> Followed:
        now = asyncio.get_running_loop().time()
        found = self._open.get(id)
        if found is not None and (found.outgrown or _left(found, now)):
            self._open.pop(id).close()
            found = None
        if found is None:
            if id not in self._reading:
                self._reading[id] = self._tasks.start("recordings.read", self._read(id))
            await asyncio.shield(self._reading[id])
            found = self._open[id]
        self._open.move_to_end(id)
        found.asked = now
        return found

    async def _read(self, id: RecordingId) -> None:
        made = Followed(self._root / str(id))
        try:
            async with self._turn:
                await asyncio.to_thread(made.read)
            self._open[id] = made
            self._make_room()
        finally:
            del self._reading[id]

    def _make_room(self) -> None:
        while len(self._open) > 1 and (
            len(self._open) > _MOST_OPEN
            or sum(one.segments for one in self._open.values()) > _MOST_SEGMENTS
        ):
            _, oldest = self._open.popitem(last=False)
            oldest.close()

    def close(self) -> None:
        for one in self._open.values():
            one.close()
        self._open.clear()


def _left(found: Followed, now: float) -> bool:
    return found.live and found.table.ended and now - found.asked > _LEFT
