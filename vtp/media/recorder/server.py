"""The recorder's process: it listens on a local socket for web, and writes what web hands over."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import structlog

from vtp.media.capture import place, wire
from vtp.media.recorder.children import Children, Confined
from vtp.media.recorder.recording import Left, Recording

# A recording is a folder of this name; nothing else may come over the socket.
_ID = re.compile(r"[0-9a-f-]{36}")
_CLOSING = 20.0  # s, for what waits for the disk when the process ends
_READ = 256 * 1024
_ROOM_EVERY = 2.0  # s
_log = structlog.get_logger()


class Recorder:
    """One client at a time: a new one takes the place of the one before."""

    def __init__(self, root: Path, *, reserve: int, sandbox: Confined) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._root = root
        self._reserve = reserve
        self._recordings: dict[str, Recording] = {}
        self._of_leg: dict[int, Recording] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._loop = asyncio.get_running_loop()
        self._children = Children(sandbox)

    async def serve(self, stop: asyncio.Event) -> None:
        sock = place.listening(self._root)
        server = await asyncio.start_unix_server(self._client, sock=sock, limit=_READ)
        _log.info("recorder.listens")
        try:
            await self._say_room(stop)
        finally:
            server.close()
            if self._writer is not None:
                self._writer.close()
            await self._finish_all()
            await self._children.close()

    async def _say_room(self, stop: asyncio.Event) -> None:
        """Until it stops."""
        while not stop.is_set():
            self._tell(wire.Room(free=self._free()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ROOM_EVERY):
                    await stop.wait()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        self._of_leg.clear()
        self._tell(wire.Hello(version=wire.VERSION, free=self._free()))
        frames = wire.Reader()
        try:
            while data := await reader.read(_READ):
                for kind, body in frames.feed(data):
                    self._take(wire.from_web(kind, body))
        except (wire.BadFrame, ConnectionError) as error:
            _log.warning("recorder.client_dropped", error=type(error).__name__)
        finally:
            writer.close()
            if self._writer is writer:
                self._writer = None
                self._let_go()

    def _let_go(self) -> None:
        """Web has gone: what it still had to say is lost, and its legs end here."""
        for leg, recording in self._of_leg.items():
            recording.put(wire.Close(leg=leg))
        self._of_leg.clear()
        for recording in self._running():
            recording.put(Left())

    def _take(self, told: wire.FromWeb | wire.Packets) -> None:
        match told:
            case wire.Begin():
                self._begin(told)
            case wire.Open():
                if (recording := self._recordings.get(told.recording)) is not None:
                    self._of_leg[told.leg] = recording
                    recording.put(told)
            case wire.Packets() | wire.Clocks() | wire.Silence():
                if (recording := self._of_leg.get(told.leg)) is not None:
                    recording.put(told)
            case wire.Close():
                if (recording := self._of_leg.pop(told.leg, None)) is not None:
                    recording.put(told)
            case wire.Pauses() | wire.OnStage() | wire.Finish():
                if (recording := self._recordings.get(told.recording)) is not None:
                    recording.put(told)

    def _begin(self, told: wire.Begin) -> None:
        if _ID.fullmatch(told.recording) is None:
            raise wire.BadFrame
        running = self._recordings.get(told.recording)
        if running is not None and not running.finished.is_set():
            running.put(told)
            return
        if self._free() <= 0:
            self._tell(wire.Failed(recording=told.recording, code="disk_full"))
            return
        folder = self._root / told.recording
        made = Recording(
            told,
            folder,
            lambda news: self._tell_soon(made, news),
            room=self._free,
            children=self._children,
        )
        self._recordings[told.recording] = made
        made.start()

    def _free(self) -> int:
        return shutil.disk_usage(self._root).free - self._reserve

    def _tell_soon(self, recording: Recording, told: wire.FromRecorder) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._news, recording, told)

    def _news(self, recording: Recording, told: wire.FromRecorder) -> None:
        if isinstance(told, wire.Finished | wire.Failed):
            if self._recordings.get(told.recording) is not recording:
                return  # it was begun again meanwhile, and that one will end
            del self._recordings[told.recording]
        self._tell(told)

    def _tell(self, told: wire.FromRecorder) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(wire.message(told))

    async def _finish_all(self) -> None:
        """What is being recorded is closed as it is; web goes on with it when we are back."""
        for recording in self._running():
            recording.stop()
        for recording in self._running():
            await asyncio.to_thread(recording.finished.wait, _CLOSING)

    def _running(self) -> Iterator[Recording]:
        return (one for one in self._recordings.values() if not one.finished.is_set())
