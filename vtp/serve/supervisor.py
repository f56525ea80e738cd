"""Starts children in order, keeps them running, and ends them in order.

Single-threaded on purpose: the kernel ends our children when the thread that forked them is gone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from subprocess import SubprocessError

from vtp.serve.backoff import Pace, Restarts
from vtp.serve.child import Child, Process, reap_strays
from vtp.serve.errors import MUST_BE_CHANGED
from vtp.serve.signals import Signals

_LOOK_AGAIN = 0.1  # s, while a child is not ready yet
_NEVER = float("inf")

Say = Callable[[str], None]


@dataclass(slots=True)
class _Kept:
    """One child through all its lives."""

    child: Child
    restarts: Restarts
    process: Process | None = None
    started: float = 0.0
    start_at: float = 0.0
    ready: bool = False
    lives: int = 0


@dataclass(slots=True, kw_only=True)
class Supervisor:
    children: Sequence[Child]
    say: Say
    on_ready: Callable[[], None]
    pace: Pace = field(default_factory=Pace)
    # Asked every `beat` seconds for the names of children to start afresh.
    stale: Callable[[], frozenset[str]] | None = None
    beat: float = 0.5
    _kept: list[_Kept] = field(default_factory=list)
    _signals: Signals = field(default_factory=Signals)
    # All were there once.
    _up: bool = False
    # Before that, one said that a person must change something first.
    _refused: bool = False

    def run(self) -> int:
        """Returns when somebody asked to stop (0), or when it cannot begin: with the code of the
        child that runs once and failed, or that a setting keeps from starting."""
        with self._signals.listening():
            try:
                code = self._bring_up()
                if code == 0 and not self._signals.stops:
                    self._up = True
                    self.on_ready()
                    self._watch()
            finally:
                self._bring_down()
        return code

    def _bring_up(self) -> int:
        for child in self.children:
            kept = _Kept(child, Restarts(self.pace))
            self._kept.append(kept)
            if not child.once:
                continue
            self._await_ready()
            code = self._finish(kept)
            if code != 0 or self._signals.stops:
                return code
        self._await_ready()
        return MUST_BE_CHANGED if self._refused else 0

    def _finish(self, kept: _Kept) -> int:
        self._start(kept)
        while kept.process is not None and not self._signals.stops:
            code = kept.process.ended()
            if code is not None:
                kept.process = None
                return self._verdict(kept.child, code)
            self._turn()
        return 0 if self._signals.stops else 1

    def _verdict(self, child: Child, code: int) -> int:
        if code == 0:
            return 0
        self.say(f"{child.name} {_how(code)}; its messages above say why.")
        return code if code > 0 else 1

    def _await_ready(self) -> None:
        """All that are kept running; they start beside one another."""
        told = time.monotonic() + 15.0
        while (waiting := self._unready()) and not (self._signals.stops or self._refused):
            self._turn()
            if time.monotonic() > told:
                self.say(f"still waiting for {', '.join(waiting)} …")
                told = _NEVER

    def _unready(self) -> list[str]:
        return [k.child.name for k in self._kept if not k.ready and not k.child.once]

    def _watch(self) -> None:
        while not self._signals.stops:
            self._turn()
            if self.stale is not None:
                self._refresh(self.stale())

    def _refresh(self, names: frozenset[str]) -> None:
        for kept in self._kept:
            if kept.child.name not in names:
                continue
            kept.restarts = Restarts(self.pace)
            kept.start_at = 0.0
            if kept.process is not None:
                kept.process.ask_to_end(time.monotonic())

    def _turn(self) -> None:
        self._signals.wait(self._pause(time.monotonic()))
        reap_strays(kept.process for kept in self._kept if kept.process)
        for kept in self._kept:
            self._tend(kept, time.monotonic())

    def _pause(self, now: float) -> float | None:
        """How long nothing needs us; None: until a signal."""
        due = _NEVER if self.stale is None else now + self.beat
        for kept in self._kept:
            due = min(due, _due(kept, now))
        return None if due == _NEVER else max(0.0, due - now)

    def _tend(self, kept: _Kept, now: float) -> None:
        if kept.child.once:
            return
        if kept.process is None:
            if now >= kept.start_at:
                self._try_to_start(kept, now)
            return
        code = kept.process.ended()
        if code is not None:
            self._ended(kept, code, now)
            return
        kept.process.press(now)
        if kept.process.hangs(now):
            self.say(f"{kept.child.name} has stood still for {kept.child.silence_limit:g} s.")
            kept.process.kill()
            return
        if not kept.ready and kept.child.ready():
            kept.ready = True
            if kept.lives > 1:
                self.say(f"{kept.child.name} is back.")

    def _try_to_start(self, kept: _Kept, now: float) -> None:
        if kept.child.may_start():
            self._start(kept)
        else:
            kept.start_at = now + _LOOK_AGAIN

    def _start(self, kept: _Kept) -> None:
        kept.started = time.monotonic()
        kept.ready = False
        try:
            kept.process = Process.start(kept.child)
        except (OSError, SubprocessError) as error:
            self._later(kept, f"could not be started ({error})", kept.started)
            return
        kept.lives += 1

    def _ended(self, kept: _Kept, code: int, now: float) -> None:
        asked = kept.process is not None and kept.process.asked
        kept.process = None
        if asked:
            kept.start_at = now
        elif code == MUST_BE_CHANGED and not self._up:
            # One that has worked before is tried on: files are replaced while we run.
            self._refused = True
            self.say(f"{kept.child.name} cannot start; its message above says why.")
        else:
            self._later(kept, _how(code), now)

    def _later(self, kept: _Kept, what: str, now: float) -> None:
        pause = kept.restarts.ended(ran_for=now - kept.started)
        kept.start_at = now + pause
        again = f"in {pause:g} s" if pause else "now"
        self.say(f"{kept.child.name} {what}; starting it again {again}.")
        if kept.restarts.looping:
            see = f"; see {kept.child.log}" if kept.child.log else ""
            self.say(f"{kept.child.name} has failed {kept.restarts.in_a_row} times in a row{see}.")

    def _bring_down(self) -> None:
        """By rank; each further stop signal from outside moves on to the next, harder ending."""
        seen = self._signals.stops
        if seen and any(kept.process for kept in self._kept):
            self.say("stopping; another Ctrl-C hurries.")
        for rank in sorted({kept.child.stop_rank for kept in self._kept}, reverse=True):
            group = [k.process for k in self._kept if k.child.stop_rank == rank and k.process]
            for process in group:
                process.ask_to_end(time.monotonic())
            while group := [process for process in group if process.ended() is None]:
                now = time.monotonic()
                self._signals.wait(max(0.0, min(p.press_at for p in group) - now))
                hurry, seen = self._signals.stops > seen, self._signals.stops
                for process in group:
                    process.press(time.monotonic(), hurry=hurry)


def _due(kept: _Kept, now: float) -> float:
    if kept.child.once:
        return _NEVER
    if kept.process is None:
        return kept.start_at
    if not kept.ready:
        return now + _LOOK_AGAIN
    return kept.process.press_at if kept.process.asked else kept.process.look_at


def _how(code: int) -> str:
    return f"ended with exit code {code}" if code >= 0 else f"was ended by signal {-code}"
