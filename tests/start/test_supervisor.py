"""The supervisor in this very process, with small real children."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.support.processes import alive, until
from vtp.serve.backoff import Pace
from vtp.serve.child import Child, Ending
from vtp.serve.supervisor import Supervisor

QUICK = Pace(first=0.05, most=0.2, good_run=60.0)
# Notes its process id, then waits to be ended.
_STAYS = "open({0!r}, 'a').write(f'{{os.getpid()}}\\n'); signal.pause()"
_STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN); " + _STAYS.replace(
    "signal.pause()", "\nwhile True: signal.pause()"
)


@dataclass
class Scene:
    """Children that note their lives in a folder, and a script that is played beside them."""

    folder: Path
    said: list[str] = field(default_factory=list)
    readied: int = 0

    def child(self, name: str, code: str = _STAYS, *, once: bool = False, rank: int = 1) -> Child:
        note = repr(str(self.folder / name))
        code = code.replace("{0!r}", note).replace("{{", "{").replace("}}", "}")
        source = "import os, signal, sys, time\n" + textwrap.dedent(code)
        argv = (sys.executable, "-c", source)
        return Child(name=name, argv=argv, env=dict(os.environ), once=once, stop_rank=rank)

    def lives(self, name: str) -> list[int]:
        file = self.folder / name
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def play(self, *children: Child, then: Callable[[], bool] = lambda: True) -> int:
        """Run until `then` is true, and then as if somebody pressed Ctrl-C."""

        def script() -> frozenset[str]:
            if then():
                os.kill(os.getpid(), signal.SIGINT)
            return frozenset()

        return self.supervisor(*children, script=script).run()

    def supervisor(self, *children: Child, script: Callable[[], frozenset[str]]) -> Supervisor:
        return Supervisor(
            children=children,
            say=self.said.append,
            on_ready=self._on_ready,
            pace=QUICK,
            stale=script,
            beat=0.02,
        )

    def _on_ready(self) -> None:
        self.readied += 1


def unready(child: Child) -> Child:
    return replace(child, ready=lambda: False)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_it_says_ready_when_all_are_and_ends_all_when_asked(scene: Scene) -> None:
    code = scene.play(
        scene.child("one"),
        scene.child("two"),
        then=lambda: bool(scene.lives("one") and scene.lives("two")),
    )
    assert code == 0
    assert scene.readied == 1
    assert not any(alive(pid) for name in ("one", "two") for pid in scene.lives(name))


def test_a_child_that_dies_is_started_again(scene: Scene) -> None:
    def then() -> bool:
        lives = scene.lives("one")
        if len(lives) == 1:
            with suppress(ProcessLookupError):
                os.kill(lives[0], signal.SIGKILL)
        return len(lives) == 2

    assert scene.play(scene.child("one"), then=then) == 0
    assert "one was ended by signal 9; starting it again now." in scene.said
    assert "one is back." in scene.said


def test_a_crash_loop_is_told_plainly_and_tried_on(scene: Scene) -> None:
    crashing = scene.child("one", "open({0!r}, 'a').write('1\\n'); sys.exit(3)")
    scene.play(crashing, then=lambda: len(scene.lives("one")) >= 5)
    assert "one ended with exit code 3; starting it again in 0.2 s." in scene.said
    assert "one has failed 3 times in a row." in scene.said


def test_one_that_needs_a_person_ends_everything_at_the_first_start(scene: Scene) -> None:
    wrong = scene.child("wrong", "sys.exit(2)")
    code = scene.supervisor(scene.child("one"), unready(wrong), script=frozenset).run()
    assert code == 2
    assert scene.readied == 0
    assert scene.said[0] == "wrong cannot start; its message above says why."
    assert not any(map(alive, scene.lives("one")))


def test_one_that_needs_a_person_later_is_tried_on(scene: Scene) -> None:
    once = "open({0!r}, 'a').write('1\\n'); os.path.getsize({0!r}) > 2 and sys.exit(2)\n"
    worked = scene.child("one", once + "time.sleep(0.3); sys.exit(1)")
    assert scene.play(worked, then=lambda: len(scene.lives("one")) >= 3) == 0
    assert any("one ended with exit code 2; starting it again" in said for said in scene.said)


def test_a_program_that_is_not_there_is_told_and_tried_on(scene: Scene) -> None:
    def listen(sentence: str) -> None:
        scene.said.append(sentence)
        if len(scene.said) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    missing = Child(name="one", argv=("/nowhere/vtp",), env={})
    Supervisor(children=[missing], say=listen, on_ready=lambda: None, pace=QUICK).run()
    assert "could not be started" in scene.said[0]
    assert len(scene.said) == 4  # the third failure is called a loop


def test_what_runs_once_is_finished_before_the_next_begins(scene: Scene) -> None:
    first = scene.child("first", "time.sleep(0.2); open({0!r}, 'w').write('1')", once=True)
    check = f"sys.exit(0 if os.path.exists({str(scene.folder / 'first')!r}) else 1)"
    assert scene.play(first, scene.child("second", check, once=True)) == 0
    assert scene.readied == 1


def test_what_runs_once_and_fails_ends_everything_with_its_code(scene: Scene) -> None:
    code = scene.play(scene.child("one"), scene.child("failing", "sys.exit(7)", once=True))
    assert code == 7
    assert scene.readied == 0
    assert "failing ended with exit code 7; its messages above say why." in scene.said
    assert not any(map(alive, scene.lives("one")))


def test_a_stop_while_something_runs_once_ends_that_too(scene: Scene) -> None:
    waiting = scene.child("waiting", "os.kill(os.getppid(), signal.SIGTERM); " + _STAYS, once=True)
    assert scene.play(scene.child("one"), waiting, scene.child("after")) == 0
    assert scene.readied == 0
    assert scene.lives("after") == []
    assert not any(alive(pid) for name in ("one", "waiting") for pid in scene.lives(name))


def test_a_higher_rank_has_ended_before_a_lower_one_is_asked(scene: Scene) -> None:
    slow = """
        signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), note('slow'), sys.exit()))
        note = lambda word: print(word, file=open({0!r} + '.order', 'a'))
        open({0!r}, 'a').write(f'{{os.getpid()}}\\n'); signal.pause()
    """
    order = scene.folder / "slow.order"
    last = f"""
        signal.signal(signal.SIGTERM, lambda *_: (print('last', file=open({str(order)!r}, 'a')), sys.exit()))
        open({{0!r}}, 'a').write(f'{{{{os.getpid()}}}}\\n'); signal.pause()
    """
    scene.play(
        scene.child("last", last, rank=0),
        scene.child("slow", slow, rank=1),
        then=lambda: bool(scene.lives("last") and scene.lives("slow")),
    )
    assert order.read_text().split() == ["slow", "last"]


def test_one_that_does_not_listen_is_killed_in_the_end(scene: Scene) -> None:
    endings = (Ending(signal.SIGTERM, 0.1), Ending(signal.SIGKILL, 5.0))
    stubborn = replace(scene.child("one", _STUBBORN), endings=endings)
    assert scene.play(stubborn, then=lambda: bool(scene.lives("one"))) == 0
    assert not any(map(alive, scene.lives("one")))


def test_a_second_stop_signal_hurries(scene: Scene) -> None:
    patient = (Ending(signal.SIGTERM, 3600.0), Ending(signal.SIGKILL, 5.0))
    stubborn = replace(scene.child("one", _STUBBORN), endings=patient)
    again = f"""
        signal.signal(signal.SIGTERM, lambda *_: None)
        open({{0!r}}, 'a').write(f'{{{{os.getpid()}}}}\\n'); signal.pause()
        time.sleep(0.2); os.kill({os.getpid()}, signal.SIGINT); signal.pause()
    """
    scene.play(
        stubborn,
        replace(scene.child("two", again), endings=patient),
        then=lambda: bool(scene.lives("one") and scene.lives("two")),
    )
    assert not any(alive(pid) for name in ("one", "two") for pid in scene.lives(name))


def test_grandchildren_that_stayed_in_the_group_go_with_their_parent(scene: Scene) -> None:
    parent = """
        import subprocess
        below = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])
        open({0!r}, 'a').write(f'{{below.pid}}\\n'); signal.pause()
    """
    scene.play(scene.child("one", parent), then=lambda: bool(scene.lives("one")))
    until(lambda: not any(map(alive, scene.lives("one"))))


@contextmanager
def as_process_1() -> Iterator[None]:
    """What lost its parent below us comes to us, as it comes to process 1 of a container."""
    set_child_subreaper = 36
    libc = ctypes.CDLL(None)
    libc.prctl(set_child_subreaper, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(set_child_subreaper, 0, 0, 0, 0)


def test_what_lost_its_parent_is_collected(scene: Scene) -> None:
    parent = """
        import subprocess
        below = subprocess.Popen(['sleep', '0.1'], start_new_session=True)
        open({0!r}, 'a').write(f'{{below.pid}}\\n'); os._exit(0)
    """

    def collected() -> bool:
        strays = scene.lives("one")
        return bool(strays) and not Path(f"/proc/{strays[0]}").exists()

    with as_process_1():
        scene.play(scene.child("one", parent, once=True), scene.child("two"), then=collected)


def test_changed_code_starts_a_child_afresh_without_complaint(scene: Scene) -> None:
    asked: list[bool] = []

    def script() -> frozenset[str]:
        lives = scene.lives("one")
        if len(lives) == 2 and scene.said:  # a child may live before that is said
            os.kill(os.getpid(), signal.SIGINT)
        if len(lives) == 1 and not asked:
            asked.append(True)
            return frozenset({"one"})
        return frozenset()

    assert scene.supervisor(scene.child("one"), script=script).run() == 0
    assert len(scene.lives("one")) == 2
    assert scene.said[0] == "one is back."
    assert not any("ended" in sentence for sentence in scene.said)


def test_a_child_writes_to_its_log(scene: Scene) -> None:
    log = scene.folder / "one.log"
    noisy = replace(scene.child("one", "print('hello', flush=True); " + _STAYS), log=log)
    scene.play(noisy, then=lambda: bool(scene.lives("one")))
    assert log.read_text() == "hello\n"


def test_a_log_that_grew_large_is_put_aside_at_the_next_start(scene: Scene) -> None:
    log = scene.folder / "one.log"
    log.write_bytes(b"x" * 5_000_000)
    scene.play(replace(scene.child("one"), log=log), then=lambda: bool(scene.lives("one")))
    assert log.stat().st_size == 0
    assert (scene.folder / "one.old.log").stat().st_size == 5_000_000


# Beats through the pipe that it was given, until somebody stops it.
_BEATS = """
    pipe, every = os.environ['VTP_CHILD_PULSE'].split(':')
    os.write(int(pipe), b'.')
    open({0!r}, 'a').write(f'{{os.getpid()}}\\n')
    while True:
        os.write(int(pipe), b'.')
        time.sleep(float(every))
"""


def test_a_child_that_hangs_is_killed_and_started_again(scene: Scene) -> None:
    stopped: list[int] = []

    def then() -> bool:
        lives = scene.lives("one")
        if lives and not stopped:
            stopped.append(lives[0])
            os.kill(lives[0], signal.SIGSTOP)
        return len(lives) == 2

    child = replace(scene.child("one", _BEATS), silence_limit=2.0)
    assert scene.play(child, then=then) == 0
    assert scene.said[:2] == [
        "one has stood still for 2 s.",
        "one was ended by signal 9; starting it again now.",
    ]
    assert not alive(stopped[0])


def test_one_that_says_that_it_ends_may_take_its_time(scene: Scene) -> None:
    quiet = """
        pipe, _ = os.environ['VTP_CHILD_PULSE'].split(':')
        os.write(int(pipe), b'.')
        os.close(int(pipe))
        time.sleep(4.0)
        open({0!r}, 'a').write(f'{{os.getpid()}}\\n')
        signal.pause()
    """
    child = replace(scene.child("one", quiet), silence_limit=2.0)
    assert scene.play(child, then=lambda: len(scene.lives("one")) == 1) == 0
    assert not any("stood still" in said for said in scene.said)
