"""What does an upload cost: tus, hashed, synced and recorded, beside aiohttp streaming to a file?

Both servers run at once, each in a process of its own, and are sent the same bytes in turns. What
counts is MB per second of the server's CPU.

    python -m bench.upload [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import statistics
import sys
from pathlib import Path

import aiohttp

from bench.peers.servers import Running, free_port, program, vtp_web

_MB = 1_000_000
_WHO = {"email": "teacher@demo.test", "password": "classroom"}
_TUS = {"Tus-Resumable": "1.0.0"}
_PEER = Path(__file__).parent / "peers" / "bare_file.py"


def _content(size: int, turn: int) -> bytes:
    """Begins as WebM does, and is another one each time: the same would be kept once."""
    return b"\x1aE\xdf\xa3\x9fB\x86webm" + turn.to_bytes(4) + os.urandom(size - 15)


async def bare(http: aiohttp.ClientSession, server: Running, data: bytes) -> None:
    async with http.patch(f"{server.url}/file", data=io.BytesIO(data)) as answer:
        answer.raise_for_status()


async def ours(http: aiohttp.ClientSession, server: Running, data: bytes, token: str) -> None:
    headers = {**_TUS, "Authorization": f"Bearer {token}"}
    begun = {**headers, "Upload-Length": str(len(data))}
    async with http.post(f"{server.url}/api/v1/uploads", headers=begun) as answer:
        answer.raise_for_status()
        path = answer.headers["Location"]
    sent = {**headers, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    async with http.patch(server.url + path, headers=sent, data=io.BytesIO(data)) as answer:
        answer.raise_for_status()


async def measure(vtp: Running, peer: Running, *, size: int, turns: int) -> list[list[float]]:
    rates: list[list[float]] = [[], []]
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{vtp.url}/api/v1/auth/login", json=_WHO) as answer:
            token = (await answer.json())["access_token"]
        for turn in range(turns):
            data = await asyncio.to_thread(_content, size, turn)
            for at, server in enumerate((peer, vtp)):
                before = server.cpu()
                await (ours(http, vtp, data, token) if at else bare(http, peer, data))
                rates[at].append(size / _MB / max(server.cpu() - before, 0.01))
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    port = free_port()
    argv = [sys.executable, str(_PEER), str(port)]
    with vtp_web(demo=True) as vtp, program("bare aiohttp", argv, port, {}) as peer:
        size, turns = (100 * _MB, 2) if quick else (300 * _MB, 5)
        found = asyncio.run(measure(vtp, peer, size=size, turns=turns))
    rates = [statistics.median(one) for one in found]
    print(f"{'':34}{'MB / CPU s':>12}{'of bare':>10}")
    for name, rate in zip(("aiohttp, to a file", "vtp, tus"), rates, strict=True):
        print(f"{name:34}{rate:12.0f}{rate / rates[0]:10.2f}")


if __name__ == "__main__":
    main()
