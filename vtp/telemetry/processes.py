"""CPU, memory, threads and files of our processes: this one and its siblings.

The supervisor's other children have no port of their own, so the one that is asked for
metrics looks at all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from vtp.telemetry import procfs


class Processes(Collector):
    """`parent` is the supervisor's process id; 0 where there is none."""

    def __init__(self, own: str, *, parent: int = 0) -> None:
        self._own = own
        self._parent = parent

    def collect(self) -> Iterator[Metric]:
        labels = ("process",)
        cpu = CounterMetricFamily("vtp_cpu_seconds", "Processor time used", labels=labels)
        memory = GaugeMetricFamily("vtp_resident_bytes", "Memory in use", labels=labels)
        threads = GaugeMetricFamily("vtp_threads", "Threads", labels=labels)
        files = GaugeMetricFamily("vtp_open_files", "Open files and sockets", labels=labels)
        for name, pid in self._pids().items():
            if usage := procfs.look(pid):
                cpu.add_metric((name,), usage.cpu_seconds)
                memory.add_metric((name,), usage.resident_bytes)
                threads.add_metric((name,), usage.threads)
                files.add_metric((name,), usage.open_files)
        yield from (cpu, memory, threads, files)

    def describe(self) -> Iterator[Metric]:
        """Nothing is read when the collector is registered."""
        yield from ()

    def _pids(self) -> dict[str, int]:
        found = {self._own: os.getpid()}
        if self._parent:
            found["supervisor"] = self._parent
            for pid in procfs.children(self._parent):
                if name := procfs.role(procfs.command(pid)):
                    found.setdefault(name, pid)
        return found
