"""What webhooks do in the work process: deliver, and sweep up."""

from __future__ import annotations

from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running
from vtp.webhooks.model import Deliver
from vtp.webhooks.service.delivering import Delivering

handlers: Handlers[Delivering] = Handlers("webhooks")


# Half of a work process by default: one that is slow must not hold up what people wait for.
@handlers.on(Deliver, timeout=120, concurrency=2, priority=-5)
async def deliver(job: Running, work: Deliver, delivering: Delivering) -> None:
    """One attempt; the next one is another job."""
    await delivering.attempt(job, work)


@handlers.every("37 4 * * *")
async def sweep(_job: Running, _tick: Tick, delivering: Delivering) -> None:
    await delivering.sweep()
