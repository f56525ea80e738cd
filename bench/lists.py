"""How long does the database take for what is listed in a large school?

50,000 files, 5,000 courses and 200,000 enrolments, the same lists whose plans a test looks at. Each
is asked as the program asks it, over a connection that is open; the round trip is in the figure.

    python -m bench.lists [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import Any

import asyncpg

from bench.peers.servers import database
from tests.support.large_school import FILL, LISTS

_SLOWEST = 5  # that are printed by name


def _share(sorted_: list[float], share: float) -> float:
    return sorted_[min(len(sorted_) - 1, int(len(sorted_) * share))]


async def measure(url: str, *, turns: int) -> dict[str, list[float]]:
    """ms of each."""
    connection: Any = await asyncpg.connect(url)
    try:
        await connection.execute(FILL)
        await connection.execute("vacuum analyze")
        spent: dict[str, list[float]] = {name: [] for name in LISTS}
        for turn in range(turns + 1):
            for name, ask in LISTS.items():
                begun = time.perf_counter()
                await ask(connection)
                if turn:  # the first one reads from the disk, and plans
                    spent[name].append((time.perf_counter() - begun) * 1000)
        return spent
    finally:
        await connection.close(timeout=10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with database() as (_, url):
        spent = asyncio.run(measure(url, turns=20 if quick else 100))
    everything = sorted(one for each in spent.values() for one in each)
    print(f"{'ms':34}{'p50':>8}{'p95':>8}{'p99':>8}")

    def line(name: str, found: list[float]) -> None:
        shares = (_share(found, 0.5), _share(found, 0.95), _share(found, 0.99))
        print(f"{name:34}" + "".join(f"{one:8.1f}" for one in shares))

    line(f"all {len(spent)} lists", everything)
    by_p95 = sorted(spent, key=lambda name: -_share(sorted(spent[name]), 0.95))
    for name in by_p95[:_SLOWEST]:
        line(name, sorted(spent[name]))


if __name__ == "__main__":
    main()
