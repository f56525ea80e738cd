from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from vtp.clock import SystemClock
from vtp.telemetry import loop_lag, procfs
from vtp.telemetry.loop_hold import Held
from vtp.telemetry.metrics import Metrics


@pytest.fixture
def metrics(tmp_path: Path) -> Metrics:
    return Metrics(tmp_path)


def _value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def _names(metrics: Metrics) -> set[str]:
    families = text_string_to_metric_families(metrics.text().decode())
    return {family.name for family in families}


def test_two_applications_in_one_process_do_not_mix(tmp_path: Path) -> None:
    one, other = Metrics(tmp_path), Metrics(tmp_path)
    one.sockets.inc()
    assert _value(one, "vtp_sockets") == 1
    assert _value(other, "vtp_sockets") == 0


def test_rate_errors_and_duration_are_one_histogram_by_route(metrics: Metrics) -> None:
    metrics.request(method="GET", route="/rooms/{id}", status=200, seconds=0.03)
    metrics.request(method="GET", route="/rooms/{id}", status=503, seconds=0.3)
    labels = {"method": "GET", "route": "/rooms/{id}"}
    name = "vtp_http_request_seconds"
    assert _value(metrics, f"{name}_count", status="200", **labels) == 1
    assert _value(metrics, f"{name}_count", status="503", **labels) == 1
    assert _value(metrics, f"{name}_bucket", status="200", le="0.025", **labels) == 0
    assert _value(metrics, f"{name}_bucket", status="200", le="0.05", **labels) == 1


def test_methods_that_clients_make_up_are_one_series(metrics: Metrics) -> None:
    for n in range(100):
        metrics.request(method=f"X{n}", route="(none)", status=405, seconds=0.0)
    count = _value(
        metrics, "vtp_http_request_seconds_count", method="(other)", route="(none)", status="405"
    )
    assert count == 100


def test_uploads_fall_into_ten_buckets_from_one_kibibyte(metrics: Metrics) -> None:
    metrics.upload_bytes.observe(3000)
    families = text_string_to_metric_families(metrics.text().decode())
    [sizes] = [family for family in families if family.name == "vtp_upload_bytes"]
    bounds = [float(s.labels["le"]) for s in sizes.samples if s.name.endswith("_bucket")]
    assert bounds[:-1] == [1024.0 * 4**n for n in range(10)]
    assert _value(metrics, "vtp_upload_bytes_bucket", le="1024.0") == 0
    assert _value(metrics, "vtp_upload_bytes_bucket", le="4096.0") == 1


def test_every_promised_figure_is_there(metrics: Metrics) -> None:
    assert _names(metrics) >= {
        "vtp_http_request_seconds", "vtp_http_active", "vtp_upload_bytes", "vtp_sockets",
        "vtp_socket_events", "vtp_loop_lag_seconds", "vtp_loop_held_seconds", "vtp_jobs",
        "vtp_workers", "vtp_disk_free_bytes", "vtp_disk_size_bytes", "vtp_cpu_seconds",
        "vtp_resident_bytes", "vtp_threads", "vtp_open_files", "process_cpu_seconds",
        "vtp_signed_in", "vtp_jobs_ended",
    }  # fmt: skip


def test_this_process_and_its_siblings_are_measured(tmp_path: Path) -> None:
    waiting = "import sys; print(flush=True); sys.stdin.read()"
    sibling = subprocess.Popen(
        [sys.executable, "-c", waiting, "vtp", "work"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert sibling.stdout
        sibling.stdout.readline()
        metrics = Metrics(tmp_path, process="web", parent=os.getpid())
        for name in ("web", "work", "supervisor"):
            assert (_value(metrics, "vtp_resident_bytes", process=name) or 0) > 1_000_000
            assert (_value(metrics, "vtp_threads", process=name) or 0) >= 1
    finally:
        sibling.communicate()


def test_a_process_that_is_gone_is_left_out() -> None:
    assert procfs.look(2**22 + 1) is None
    assert procfs.children(2**22 + 1) == []
    assert procfs.command(2**22 + 1) == []


@given(st.text(st.characters(codec="ascii"), max_size=15))
def test_any_name_of_a_process_is_survived(name: str) -> None:
    fields = " ".join(str(n) for n in range(3, 53))
    usage = procfs.parse(f"77 ({name}) {fields}", 5, tick=100, page=4096)
    assert usage.cpu_seconds == (14 + 15) / 100
    assert (usage.threads, usage.resident_bytes, usage.open_files) == (20, 24 * 4096, 5)


@pytest.mark.parametrize(
    ("command", "role"),
    [
        (["/usr/bin/python", "-m", "vtp", "work", ""], "work"),
        (["/opt/pg/bin/postgres", "-D", "x"], "postgres"),
        (["/usr/bin/python", "-m", "vtp"], ""),
        (["sleep", "1"], ""),
        ([], ""),
    ],
)
def test_a_process_is_known_by_its_command(command: list[str], role: str) -> None:
    assert procfs.role(command) == role


async def test_a_loop_that_is_held_is_late(metrics: Metrics) -> None:
    watching = asyncio.ensure_future(loop_lag.watch(metrics, SystemClock(), every=0.001))
    await asyncio.sleep(0.01)
    _hold(0.06)
    await asyncio.sleep(0.01)
    watching.cancel()
    late = _value(metrics, "vtp_loop_lag_seconds_count")
    in_time = _value(metrics, "vtp_loop_lag_seconds_bucket", le="0.05")
    assert late is not None
    assert in_time is not None
    assert late > in_time


def _hold(seconds: float) -> None:
    import time

    time.sleep(seconds)


async def test_the_longest_step_of_some_work_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    now, noted = [100.0], list[float]()
    monkeypatch.setattr("time.perf_counter", lambda: now[0])

    async def work() -> str:
        now[0] += 3
        asyncio.get_running_loop().call_soon(lambda: now.append(now.pop() + 60))
        await asyncio.sleep(0)  # 60 s pass meanwhile, and hold nobody
        now[0] += 1
        return "done"

    assert await Held(work(), noted.append) == "done"
    assert noted == [3.0]
    assert now == [164.0]


async def test_errors_and_cancellation_pass_through_and_are_noted() -> None:
    noted: list[float] = []

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    async def recovers() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            return "tidied up"
        return ""

    with pytest.raises(ValueError, match="no"):
        await Held(fails(), noted.append)

    async def outer() -> str:
        return await Held(recovers(), noted.append)

    task = asyncio.ensure_future(outer())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "tidied up"
    assert len(noted) == 2


async def test_work_that_is_thrown_away_is_closed() -> None:
    closed = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    async def outer() -> None:
        await Held(work(), lambda _: None)

    running = outer()
    running.send(None)
    running.close()
    assert closed == [True]
