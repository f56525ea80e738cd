"""Our own PostgreSQL: as whom it runs, what it survives, what it refuses."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from tests.support.identities import copy_program, ordinary_user, without_user_namespaces
from tests.support.processes import Program, alive, started, until
from vtp.serve.postgres import binaries, leftover, server
from vtp.serve.postgres.owner import NOTE

ALONE = Path(__file__).with_name("postgres_alone.py")


@contextmanager
def postgres(folder: Path, *more: str) -> Iterator[Program]:
    argv = [sys.executable, str(ALONE), str(folder / "data"), *more]
    with started(argv, folder=folder) as program:
        yield program


def url_of(program: Program) -> str:
    program.wait_for("ready ")
    return program.said().rpartition("ready ")[2].split()[0]


def query(url: str, statement: str) -> object:
    async def once() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(once())


def servers(folder: Path) -> list[int]:
    return list(leftover.processes_of(folder / "data" / "postgres"))


def no_servers_of(home: Path) -> Callable[[], bool]:
    return lambda: not list(leftover.processes_of(home / "postgres"))


def stop(program: Program) -> None:
    program.kill(signal.SIGINT)
    assert program.ended() == 0


def test_rows_are_there_at_the_second_start(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        query(url_of(program), "create table kept as select 42 as n")
        stop(program)
    assert servers(tmp_path) == []
    with postgres(tmp_path) as program:
        assert query(url_of(program), "select n from kept") == 42


def test_root_keeps_its_database_in_a_folder_that_only_root_may_enter(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("is about root")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with postgres(closed) as program:
        assert query(url_of(program), "select 1") == 1
        assert (closed / "data" / "postgres" / "PG_VERSION").stat().st_uid == 0
        assert not (closed / "data" / NOTE).exists()


def test_root_without_user_namespaces_uses_an_unprivileged_user(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("is about root")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    copy_program(closed / "path")
    argv = [sys.executable, str(ALONE), str(closed / "data")]
    env = {"PYTHONPATH": str(closed / "path")}
    home = None
    try:
        for life in range(2):  # the second one finds the first one's rows
            with started(argv, folder=closed, env=env, before=without_user_namespaces) as program:
                url = url_of(program)
                home = Path((closed / "data" / NOTE).read_text().strip())
                if life == 0:
                    query(url, "create table kept as select 7 as n")
                assert query(url, "select n from kept") == 7
                assert (home / "postgres").stat().st_uid != 0
                assert home.parent == Path("/var/lib/vtp")
                assert (home / "programs").is_dir()  # that user cannot enter the folder of ours
                program.kill()
                program.ended()
                until(no_servers_of(home))
    finally:
        if home is not None:
            shutil.rmtree(home)


def test_an_ordinary_user_needs_nothing_special() -> None:
    with ordinary_user() as person:
        shutil.copy(ALONE, person.path)
        argv = [person.python, f"{person.path}/{ALONE.name}", str(person.folder / "data")]
        env = {"PYTHONPATH": person.path}
        with started(argv, folder=person.folder, env=env, user=person.uid) as program:
            assert query(url_of(program), "select 1") == 1
            assert (person.folder / "data" / "postgres").stat().st_uid == person.uid
            stop(program)


def test_a_user_id_without_a_name_is_enough() -> None:
    with ordinary_user() as person:
        nameless = 54321
        os.chown(person.folder, nameless, nameless)
        shutil.copy(ALONE, person.path)
        argv = [person.python, f"{person.path}/{ALONE.name}", str(person.folder / "data")]
        env = {"PYTHONPATH": person.path}
        with started(argv, folder=person.folder, env=env, user=nameless) as program:
            assert query(url_of(program), "select 1") == 1


def test_nobody_comes_in_without_the_password(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        url = url_of(program)
        parts = parse_qs(urlsplit(url).query)
        bare = f"postgresql://vtp@/vtp?host={parts['host'][0]}&passfile=/nowhere"
        with pytest.raises(asyncpg.InvalidPasswordError):
            query(bare, "select 1")
        with pytest.raises(asyncpg.InvalidPasswordError):
            query(bare.replace("vtp@", "vtp:guess@"), "select 1")
        assert stat.S_IMODE(Path(parts["host"][0]).stat().st_mode) == 0o700
    hba = (tmp_path / "data" / "postgres" / "pg_hba.conf").read_text()
    rules = [line for line in hba.splitlines() if line and not line.startswith("#")]
    assert rules
    assert all(rule.endswith("scram-sha-256") for rule in rules)


def test_the_password_is_in_its_file_alone(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        url = url_of(program)
        passfile = tmp_path / "data" / "secrets" / "postgres"
        assert stat.S_IMODE(passfile.stat().st_mode) == 0o600
        passwords = [line.rpartition(":")[2] for line in passfile.read_text().splitlines()]
        assert len(set(passwords)) == 2
        seen = url + program.said() + (tmp_path / "data" / "postgres.log").read_text()
        for pid in servers(tmp_path):
            seen += Path(f"/proc/{pid}/environ").read_bytes().decode()
            seen += Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        assert not any(password in seen for password in passwords)


def test_the_program_is_no_superuser_of_its_database(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        url = url_of(program)
        assert query(url, "select rolsuper from pg_roles where rolname = current_user") is False
        for extension in ("btree_gist", "ltree", "pg_trgm", "citext", "unaccent"):
            query(url, f"create extension {extension}")


def test_text_is_utf8_and_letters_know_their_case(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        assert query(url_of(program), "select lower('ÇÉŞ')") == "çéş"


def test_a_killed_supervisor_leaves_no_server_and_the_next_start_works(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        query(url_of(program), "create table kept as select 42 as n")
        program.kill()
        program.ended()
        with postgres(tmp_path) as after:
            assert query(url_of(after), "select n from kept") == 42
            stop(after)
        until(lambda: servers(tmp_path) == [])


def test_a_killed_server_comes_back_with_every_row(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        url = url_of(program)
        query(url, "create table kept as select 42 as n")
        (pid, *_lines) = (tmp_path / "data" / "postgres" / "postmaster.pid").read_text().split()
        os.kill(int(pid), signal.SIGKILL)
        program.wait_for("postgres is back.")
        assert query(url, "select n from kept") == 42
        stop(program)


def test_a_server_that_somebody_left_running_is_ended_first(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        url_of(program)
        stop(program)
    made = server.prepare(tmp_path / "data", tmp_path / "data" / "secrets")
    child = made.child()
    # Without a tie to its parent's life, as one that survived.
    with started(child.argv, folder=tmp_path, env=child.env, before=child.enter) as orphan:
        until(child.ready)
        with postgres(tmp_path) as program:
            assert query(url_of(program), "select 1") == 1
            assert orphan.ended() == 0


def test_a_note_about_a_stranger_s_process_does_not_stop_the_start(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        url_of(program)
        note = (tmp_path / "data" / "postgres" / "postmaster.pid").read_text()
        stop(program)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        lines = [str(stranger.pid), *note.splitlines()[1:]]
        (tmp_path / "data" / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n")
        with postgres(tmp_path) as program:
            assert query(url_of(program), "select 1") == 1
        assert alive(stranger.pid)
        stranger.kill()


def test_a_start_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    draft = tmp_path / "data" / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with postgres(tmp_path) as program:
        assert query(url_of(program), "select 1") == 1
    assert not draft.exists()


def test_a_lost_password_file_is_made_again(tmp_path: Path) -> None:
    with postgres(tmp_path) as program:
        query(url_of(program), "create table kept as select 42 as n")
        stop(program)
    (tmp_path / "data" / "secrets" / "postgres").unlink()
    with postgres(tmp_path) as program:
        assert query(url_of(program), "select n from kept") == 42


@pytest.mark.parametrize(
    ("made_by", "way_out"),
    [("14", "install PostgreSQL 14"), ("99", "dump it there with pg_dump")],
)
def test_a_database_of_another_major_is_refused_with_the_way_out(
    tmp_path: Path, made_by: str, way_out: str
) -> None:
    cluster = tmp_path / "data" / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text(f"{made_by}\n")
    with postgres(tmp_path) as program:
        assert program.ended() == 2
        assert f"was made by PostgreSQL {made_by}" in program.said()
        assert way_out in program.said()
    assert sorted(path.name for path in cluster.iterdir()) == ["PG_VERSION"]


def test_the_system_s_postgresql_does_as_well(tmp_path: Path) -> None:
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not system:
        pytest.skip("no PostgreSQL of the system (make peers)")
    with postgres(tmp_path, str(system[-1])) as program:
        version = query(url_of(program), "show server_version")
        assert str(version).startswith(system[-1].parent.name)
        stop(program)
    if binaries.find().major != binaries.find(str(system[-1])).major:
        with postgres(tmp_path) as program:
            assert program.ended() == 2
            assert f"VTP_DATABASE__EMBEDDED_BIN={system[-1]}" in program.said()


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("long-" * 20) / ("name-" * 10)
    deep.mkdir(parents=True)
    with postgres(deep) as program:
        url = url_of(program)
        assert query(url, "select 1") == 1
        sockets = Path(parse_qs(urlsplit(url).query)["host"][0])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        stop(program)
    sockets.rmdir()


def test_a_second_one_on_the_same_data_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with postgres(tmp_path) as first:
        url_of(first)
        with postgres(tmp_path) as second:
            assert second.ended() == 2
            assert f"(process {first.pid})" in second.said()
        assert alive(first.pid)
