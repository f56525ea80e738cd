"""What /metrics tells of classes, from a plane with people on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from prometheus_client import generate_latest

from tests.support.plane import Vp8, a_stage, camera
from vtp.app.classes import Classes
from vtp.app.media_figures import PeerWatch, watch_plane
from vtp.telemetry.metrics import Metrics


async def test_a_class_and_everybody_in_it_are_told(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path)
    async with a_stage() as stage:
        waiting = SimpleNamespace(waiting=3)
        classes = cast("Classes", SimpleNamespace(plane=stage.plane, attendance=waiting))
        watch_plane(metrics, classes)
        watch = PeerWatch(metrics, classes)
        teacher, student = await stage.person("teacher"), await stage.person("student")
        student.consume(teacher.produce("video", camera(), "camera")).resume(stage.plane.now())
        watch.look()
        for packet in Vp8().frame(key=True, packets=4):
            teacher.out.send(packet)
        await student.into.until(lambda: len(student.into.rtp) >= 4)
        watch.look()
        told = generate_latest(metrics.registry).decode()
    assert 'vtp_meeting_participants{meeting="hall"} 2.0' in told
    assert 'vtp_peer_layers{layer="0",meeting="hall",peer="student"} 1.0' in told
    assert 'vtp_peer_lost{meeting="hall",peer="teacher"} 0.0' in told
    assert 'vtp_peer_bits_per_second{direction="out",meeting="hall",peer="student"} 0.0' not in told
    assert "vtp_presence_waiting 3.0" in told
    assert "vtp_media_meetings 1.0" in told


async def test_who_has_left_is_told_no_more(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path)
    async with a_stage() as stage:
        classes = cast("Classes", SimpleNamespace(plane=stage.plane))
        watch = PeerWatch(metrics, classes)
        teacher = await stage.person("teacher")
        watch.look()
        teacher.peer.close()
        watch.look()
        assert 'peer="teacher"' not in generate_latest(metrics.registry).decode()
