"""The whole program as a person starts, stops and mistreats it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.postgres import TestCluster
from tests.support.processes import Program, alive, free_port, started, until, vtp
from vtp.serve import addresses
from vtp.serve.postgres import leftover

READY = "Press Ctrl-C to stop."


@dataclass
class Served:
    program: Program
    url: str
    data: Path

    def status(self, path: str) -> int:
        """Of a GET; 0 where nobody answers."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with urllib.request.urlopen(self.url + path, timeout=5, context=context) as answer:
                status: int = answer.status
                return status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def is_ready(self) -> bool:
        return self.status("/health/ready") == 200

    def postgres(self) -> list[int]:
        return list(leftover.processes_of(self.data / "postgres"))

    def stop(self) -> None:
        self.program.kill(signal.SIGINT)
        assert self.program.ended() == 0, self.program.said()

    def nothing_left(self) -> bool:
        return not self.program.family() and not self.postgres()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serve(
    folder: Path, *words: str, port: int | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Served]:
    port = port or free_port()
    scheme = "https" if "--lan" in words else "http"
    chosen = {"VTP_SERVER__PORT": str(port), "VTP_MEDIA__PORT": "0"} | dict(env or {})
    with started(vtp("serve", "--data", "data", *words), folder=folder, env=chosen) as program:
        yield Served(program, f"{scheme}://127.0.0.1:{port}", folder / "data")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data as the first start leaves it: made once, because that takes longest."""
    folder = tmp_path_factory.mktemp("made")
    with started(vtp("migrate", "--data", "data"), folder=folder) as migrate:
        assert migrate.ended(seconds=110) == 0, migrate.said()
    assert not list(leftover.processes_of(folder / "data" / "postgres"))
    return folder


@pytest.fixture
def begun(made: Path, tmp_path: Path) -> Path:
    """Where there was a first start already."""
    subprocess.run(["cp", "-a", str(made / "data"), str(tmp_path)], check=True)
    return tmp_path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One that runs, for those who only look at it."""
    with serve(tmp_path_factory.mktemp("demo"), "--demo") as served:
        served.program.wait_for(READY, seconds=110)
        yield served
        served.stop()


def test_it_says_where_it_is_and_who_may_sign_in(demo: Served) -> None:
    said = demo.program.said()
    assert f"  {demo.url}\n" in said
    for account in ("admin@demo.test", "teacher@demo.test", "student@demo.test"):
        assert f"  {account}\n" in said
    assert "classroom" in said
    assert demo.is_ready()
    request = urllib.request.Request(
        f"{demo.url}/api/v1/auth/login",
        json.dumps({"email": "student@demo.test", "password": "classroom"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert "access_token" in json.load(answer)


def test_a_supervisor_with_nothing_to_do_does_nothing(demo: Served) -> None:
    before = cpu_seconds(demo.program.pid)
    time.sleep(1.0)
    assert cpu_seconds(demo.program.pid) - before < 0.2


def test_a_second_one_on_the_same_data_is_refused_with_the_pid_of_the_first(demo: Served) -> None:
    with serve(demo.data.parent) as second:
        assert second.program.ended(seconds=60) == 2
        assert f"(process {demo.program.pid})" in second.program.said()
    assert alive(demo.program.pid)


def test_a_short_command_uses_the_database_of_the_running_one(demo: Served) -> None:
    with started(vtp("migrate", "--data", "data"), folder=demo.data.parent) as migrate:
        assert migrate.ended(seconds=60) == 0, migrate.said()


def test_the_check_of_one_that_runs_finds_all_in_order(demo: Served) -> None:
    env = {"VTP_SERVER__PORT": demo.url.rpartition(":")[2], "VTP_MEDIA__PORT": str(free_port())}
    with started(vtp("check", "--data", "data"), folder=demo.data.parent, env=env) as check:
        assert check.ended(seconds=60) == 0, check.said()
    said = [line for line in check.said().splitlines() if line.startswith(("ok", "FAIL"))]
    looked = "address browser-files database record storage rate-limits sandbox media"
    assert [line.partition(":")[0] for line in said] == [
        f"ok    {name.replace('-', ' ')}" for name in looked.split()
    ]


def test_a_port_that_is_taken_is_told_before_anything_starts(demo: Served, tmp_path: Path) -> None:
    with serve(tmp_path, port=int(demo.url.rpartition(":")[2])) as second:
        assert second.program.ended(seconds=60) == 2
        assert "VTP_SERVER__PORT" in second.program.said()


def test_ctrl_c_ends_every_child_and_the_second_start_works(begun: Path) -> None:
    port = free_port()
    for _ in range(2):
        with serve(begun, port=port) as served:
            served.program.wait_for(READY)
            assert len(served.program.family()) == 4  # PostgreSQL clears its environment
            served.stop()
            assert served.nothing_left()
            assert served.status("/health/live") == 0


@pytest.mark.slow
def test_sigterm_is_as_good_as_ctrl_c(begun: Path) -> None:
    with serve(begun) as served:
        served.program.wait_for(READY)
        served.program.kill(signal.SIGTERM)
        assert served.program.ended() == 0
        assert served.nothing_left()


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_start_works(begun: Path) -> None:
    port = free_port()
    with serve(begun, port=port) as served:
        served.program.wait_for(READY)
        served.program.kill()
        served.program.ended()
        with serve(begun, port=port) as after:
            after.program.wait_for(READY)
            assert after.is_ready()
            assert not served.program.family()
            after.stop()


def test_whatever_is_killed_comes_back_by_itself(begun: Path) -> None:
    with serve(begun) as served:
        served.program.wait_for(READY)
        for name in ("web", "record", "work"):
            first = served.program.child(f"-m vtp {name}")
            os.kill(first, signal.SIGKILL)
            served.program.wait_for(f"{name} is back.")
            assert served.program.child(f"-m vtp {name}") != first
            until(served.is_ready)
        note = (served.data / "postgres" / "postmaster.pid").read_text()
        os.kill(int(note.split()[0]), signal.SIGKILL)
        served.program.wait_for("postgres is back.")
        until(served.is_ready)
        assert served.program.said().count("web was ended") == 1
        served.stop()
        assert served.nothing_left()


def test_killed_in_the_middle_of_the_first_start_it_starts_all_the_same(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        until((served.data / "postgres.new").exists)
        served.program.kill()
        served.program.ended()
        with serve(tmp_path) as after:
            after.program.wait_for(READY)
            after.stop()


def test_on_the_network_it_speaks_https_and_says_that_a_browser_warns(begun: Path) -> None:
    if not addresses.of_interfaces():
        pytest.skip("this machine is on no network")
    with serve(begun, "--lan") as served:
        served.program.wait_for(READY)
        said = served.program.said()
        port = served.url.rpartition(":")[2]
        for address in addresses.of_interfaces():
            assert f"  https://{address}:{port}\n" in said
        assert "a browser will warn" in said
        assert served.is_ready()
        served.stop()


def test_demo_accounts_and_the_network_do_not_go_together(tmp_path: Path) -> None:
    with serve(tmp_path, "--demo", "--lan") as served:
        assert served.program.ended() == 2
        assert "leave out --lan" in served.program.said()
    with serve(tmp_path, "--demo", env={"VTP_SERVER__HOST": "0.0.0.0"}) as served:
        assert served.program.ended() == 2
        assert "let server.host be 127.0.0.1" in served.program.said()


def test_a_media_port_that_is_taken_is_told_too(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))
        number = str(taken.getsockname()[1])
        with serve(tmp_path, env={"VTP_MEDIA__PORT": number}) as served:
            assert served.program.ended() == 2
            assert "VTP_MEDIA__PORT" in served.program.said()


def test_an_unknown_setting_is_one_sentence(tmp_path: Path) -> None:
    with serve(tmp_path, env={"VTP_SERVER__PROT": "1"}) as served:
        assert served.program.ended() == 2
        assert len(served.program.said().splitlines()) == 1


@pytest.fixture
def empty_database(postgres_cluster: TestCluster) -> Iterator[str]:
    name = asyncio.run(postgres_cluster.create(migrated=False))
    yield postgres_cluster.of(name)
    asyncio.run(postgres_cluster.drop(name))


@pytest.mark.slow
def test_two_servers_that_start_at_once_share_an_empty_database(
    tmp_path: Path, empty_database: str
) -> None:
    env = {"VTP_DATABASE_URL": empty_database}
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with serve(tmp_path / "one", env=env) as one, serve(tmp_path / "two", env=env) as two:
        one.program.wait_for(READY)
        two.program.wait_for(READY)
        assert one.is_ready()
        assert two.is_ready()
        one.stop()
        two.stop()
    assert not (tmp_path / "one" / "data" / "postgres").exists()
