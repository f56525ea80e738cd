"""A ZIP of JSON files as a stream: pages of records go in, bytes come out as they are made."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Iterable
from typing import IO

Sheet = tuple[str, AsyncIterator[list[str]]]
# A name, and the bytes as they are.
Enclosed = tuple[str, AsyncIterator[bytes]]


class _Outlet:
    """What a ZIP is written into; without a way back, so it writes forwards alone."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, data: bytes) -> int:
        self._bytes += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        data, self._bytes = bytes(self._bytes), bytearray()
        return data


async def zipped(
    sheets: Iterable[Sheet], files: AsyncIterator[Enclosed], *, about: str
) -> AsyncIterator[bytes]:
    """Each sheet is a list in a file of its name; `about` says what they are."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", about)
        for name, pages in sheets:
            with archive.open(f"{name}.json", "w", force_zip64=True) as file:
                async for _ in _listed(file, pages):
                    yield outlet.taken()
        async for name, pieces in files:
            # Pictures are small already.
            kind = zipfile.ZipInfo(name)
            with archive.open(kind, "w", force_zip64=True) as file:
                async for piece in pieces:
                    file.write(piece)
                    yield outlet.taken()
    yield outlet.taken()


async def _listed(file: IO[bytes], pages: AsyncIterator[list[str]]) -> AsyncIterator[None]:
    before = b"[\n"
    async for page in pages:
        for record in page:
            file.write(before + record.encode())
            before = b",\n"
        yield
    file.write(b"[]\n" if before == b"[\n" else b"\n]\n")
