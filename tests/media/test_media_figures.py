"""What /metrics tells of classes, from a plane with people on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from prometheus_client import generate_latest

from tests.support.plane import Vp8, a_stage, camera, soon
from vtp.app.classes import Classes
from vtp.app.media_figures import PeerWatch, watch_plane
from vtp.media.rtp import rtcp
from vtp.media.rtp.rtcp import Block
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
        [link] = student.peer.consumers.values()
        block = Block(link.downlink.ssrc, 10, lost=3, highest=4, jitter=900, lsr=0, dlsr=0)
        student.into.send_rtcp(rtcp.receiver_report(1, [block]))
        student.into.send_rtcp(b"\x81\xce\x00\xff\x00\x00\x00\x01")
        await soon(lambda: link.downlink.lost and link.feed.drops)
        watch.look()
        [received] = student.peer.stats().receives
        told = generate_latest(metrics.registry).decode()
    assert 'vtp_meeting_participants{meeting="hall"} 2.0' in told
    assert 'vtp_peer_layers{layer="0",meeting="hall",peer="student"} 1.0' in told
    assert 'vtp_peer_lost{meeting="hall",peer="teacher"} 0.0' in told
    assert 'vtp_peer_bits_per_second{direction="out",meeting="hall",peer="student"} 0.0' not in told
    assert "vtp_presence_waiting 3.0" in told
    assert 'vtp_peer_missed{meeting="hall",peer="student"} 3.0' in told
    assert 'vtp_peer_jitter_seconds{meeting="hall",peer="student"} 0.01' in told
    assert 'vtp_peer_room_bits_per_second{meeting="hall",peer="student"} 0.0' in told
    assert 'vtp_peer_drops{meeting="hall",peer="student",reason="malformed_report"} 1.0' in told
    assert "vtp_media_late_seconds" in told
    assert (received.lost, received.jitter, received.layer) == (3, 0.01, 0)
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
