"""The recorder process: it writes what web hands over, and needs no database."""

from __future__ import annotations

import os

from vtp.app.loop import Told, fed
from vtp.clock import SystemClock
from vtp.media.recorder.server import Recorder
from vtp.sandbox.runner import Sandbox
from vtp.settings import Settings
from vtp.telemetry import logs
from vtp.telemetry.watchdog import Watchdog


async def run(chosen: Settings, told: Told) -> int:
    logs.set_up(chosen.log, process="record")
    dog = Watchdog(os.environ)
    sandbox = Sandbox(chosen.sandbox, clock=SystemClock())
    recorder = Recorder(chosen.recordings_dir, reserve=chosen.recorder.reserve, sandbox=sandbox)
    async with fed(dog):
        dog.ready()
        await recorder.serve(told.stop)
    return 0
