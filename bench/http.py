"""What does a request cost: an authenticated JSON route with one query, beside bare aiohttp?

Bare aiohttp says hello, and sends the same query without knowing who asks. The servers run at
once, each in a process of its own, and are asked in turns by the same client, so that a noisy
machine hurts all alike. What counts is requests per second of the server's CPU.
Then `vtp` alone is asked at a fixed rate, and the table says how long people wait.

    python -m bench.http [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
import urllib.request
from dataclasses import dataclass

from bench.peers.servers import Running, bare, vtp_web

_CONNECTIONS = 8
_EMAIL, _PASSWORD = "bench@school.test", "violet harbour tin whistle"


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of request, as the bytes of it."""

    port: int
    raw: bytes


def request(server: Running, path: str, **headers: str) -> Asked:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return Asked(server.port, ("\r\n".join(lines) + "\r\n\r\n").encode())


async def answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode("latin-1"))
    length = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
    await reader.readexactly(length)


async def closed_loop(asked: Asked, count: int) -> None:
    """`count` requests over a few connections, each sent when the last was answered."""

    async def one(share: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", asked.port)
        for _ in range(share):
            writer.write(asked.raw)
            await answer(reader)
        writer.close()

    await asyncio.gather(*(one(count // _CONNECTIONS) for _ in range(_CONNECTIONS)))


async def fixed_rate(asked: Asked, rate: int, seconds: float) -> list[float]:
    """Latencies in ms, each from when a request was due, so that a stall counts for all of it."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(_CONNECTIONS * 4):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", asked.port))
    taken: list[float] = []

    async def one(due: float) -> None:
        reader, writer = await free.get()
        writer.write(asked.raw)
        await answer(reader)
        taken.append((time.perf_counter() - due) * 1000)
        free.put_nowait((reader, writer))

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due))
    while not free.empty():
        free.get_nowait()[1].close()
    return sorted(taken)


def per_cpu_second(server: Running, asked: Asked, count: int) -> float:
    before = server.cpu()
    asyncio.run(closed_loop(asked, count))
    return count / (server.cpu() - before)


def post(server: Running, path: str, body: dict[str, object]) -> dict[str, object]:
    wanted = urllib.request.Request(
        server.url + path,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(wanted) as got:
        found: dict[str, object] = json.load(got)
        return found


def signed_in(server: Running) -> tuple[str, str]:
    """Somebody new: the access token, and the id."""
    person = {"email": _EMAIL, "password": _PASSWORD}
    made = post(server, "/api/v1/auth/register", {**person, "name": "Bench"})
    tokens = post(server, "/api/v1/auth/login", {**person})
    return str(tokens["access_token"]), str(made["id"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer requests")
    quick = parser.parse_args().quick
    count, rounds, seconds = (800, 3, 3.0) if quick else (4000, 5, 15.0)
    with vtp_web() as ours, bare(ours.database_url) as floor:
        hello = request(floor, "/hello")
        token, user_id = signed_in(ours)
        me = request(ours, "/api/v1/users/me", Authorization=f"Bearer {token}")
        same_query = request(floor, f"/me?id={user_id}")
        rows = {
            "bare aiohttp hello": (floor, hello),
            "bare aiohttp with the same query": (floor, same_query),
            "vtp GET /api/v1/users/me, 1 query": (ours, me),
        }
        for server, asked in rows.values():
            per_cpu_second(server, asked, 400)  # warm
        turns = [[per_cpu_second(*row, count) for row in rows.values()] for _ in range(rounds)]
        rates = [statistics.median(turn) for turn in zip(*turns, strict=True)]
        rate = 100
        waited = asyncio.run(fixed_rate(me, rate, seconds))
    print(f"{'':34}{'requests / CPU s':>18}{'of hello':>10}{'of query':>10}")
    for name, of in zip(rows, rates, strict=True):
        print(f"{name:34}{of:18.0f}{of / rates[0]:10.2f}{of / rates[1]:10.2f}")
    steps = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
    shown = "  ".join(f"{name} {waited[int(len(waited) * at)]:.1f}" for name, at in steps.items())
    print(f"at {rate} requests/s, ms: {shown}")


if __name__ == "__main__":
    main()
