"""Blobs in a bucket of S3, or of a store that speaks like it.

Every request has time limits and is tried again (by botocore, with growing pauses); bodies
travel with a checksum that the store verifies; what is put is looked at before it counts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from vtp.blob.content import pieces
from vtp.blob.keys import checked, checked_prefix
from vtp.blob.parts import Seal
from vtp.blob.places import InBucket
from vtp.blob.port import OCTETS, Content, Entry, NoSuchBlob, Reading, Stat
from vtp.blob.s3.answers import asking, code_of, patience, range_of, stat_of
from vtp.blob.s3.download import Download
from vtp.blob.s3.upload import Corrupted, Upload
from vtp.blob.source import Source, settled
from vtp.blob.spooled import spooled
from vtp.blob.tally import span
from vtp.blob.threads import Threads
from vtp.settings import Blob

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_aiobotocore_s3.client import S3Client


class S3Blobs:
    def __init__(
        self, client: S3Client, place: InBucket, settings: Blob, *, threads: Threads, spool: Path
    ) -> None:
        self._client = client
        self._bucket = place.bucket
        self._prefix = place.prefix
        self._settings = settings
        self._threads = threads
        self._spool = spool

    @classmethod
    @asynccontextmanager
    async def open(
        cls, place: InBucket, settings: Blob, *, threads: Threads, spool: Path
    ) -> AsyncIterator[Self]:
        """A client for as long as the context lasts. `spool` is for what arrives in pieces."""
        await threads.run(spool.mkdir, parents=True, exist_ok=True)
        opening = get_session().create_client(
            "s3",
            endpoint_url=settings.s3_endpoint or None,
            region_name=settings.s3_region,
            # Empty: wherever this machine keeps them (a role, a file, the environment).
            aws_access_key_id=settings.s3_access_key or None,
            aws_secret_access_key=settings.s3_secret_key or None,
            config=_config(settings),
        )
        async with opening as client:
            yield cls(client, place, settings, threads=threads, spool=spool)

    def _target(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{checked(key)}"}

    async def put(
        self,
        key: str,
        content: Content,
        *,
        content_type: str = OCTETS,
        size: int | None = None,
        sha256: str | None = None,
    ) -> Stat:
        checked(key)
        async with settled(content, threads=self._threads, folder=self._spool) as source:
            source.tally.require(size=size, sha256=sha256)
            if source.tally.size <= self._settings.s3_part_size:
                await self._put_whole(key, source, content_type)
            else:
                await self._put_parts(key, source, content_type)
            return await self._confirmed(key, source, content_type)

    async def adopt(
        self, key: str, path: Path, *, content_type: str, size: int, sha256: str
    ) -> Stat:
        return await self.put(key, path, content_type=content_type, size=size, sha256=sha256)

    @asynccontextmanager
    async def descriptor(self, key: str) -> AsyncIterator[int]:
        async with spooled(self, key, self._threads, folder=self._spool) as fd:
            yield fd

    async def _put_whole(self, key: str, source: Source, content_type: str) -> None:
        data = await self._threads.run(source.part, 0, source.tally.size)
        await self._threads.run(source.require_unchanged)
        seal = await self._threads.run(Seal.of, data, self._settings.s3_checksum)
        extra: Any = self._target(key) | seal.headers
        async with asking(patience(self._settings, body=len(data))):
            answer = await self._client.put_object(
                **extra, Body=data, ContentType=content_type, Metadata=_metadata(source)
            )
        if seal.denied_by(answer):
            await self.delete(key)
            raise Corrupted

    async def _put_parts(self, key: str, source: Source, content_type: str) -> None:
        target = self._target(key)
        upload = Upload(
            self._client,
            target["Bucket"],
            target["Key"],
            settings=self._settings,
            threads=self._threads,
        )
        await upload.send(source, content_type=content_type, metadata=_metadata(source))

    async def _confirmed(self, key: str, source: Source, content_type: str) -> Stat:
        """What we put, as the store has it: unless somebody else has replaced it already."""
        tally = source.tally
        try:
            found = await self.stat(key)
        except NoSuchBlob:
            raise Corrupted from None
        if found.sha256 == tally.sha256 and found.size != tally.size:
            await self.delete(key)
            raise Corrupted
        return Stat(key, tally.size, found.modified, content_type, tally.sha256)

    @asynccontextmanager
    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[Reading]:
        span(0, start, length)
        whole = start == 0 and length is None
        asked = None if whole else range_of(start, length)
        answer = None if length == 0 else await self._ask(key, asked)
        if answer is None:
            yield Reading(await self.stat(key), pieces(b""))
            return
        stat = stat_of(key, answer)
        first, stop = span(stat.size, start, length)
        download = Download(
            answer,
            lambda rest, version: self._ask_version(key, rest, version),
            attempts=self._settings.attempts,
        )
        try:
            yield Reading(stat, download.chunks(first, stop))
        finally:
            download.close()

    async def _ask(self, key: str, asked: str | None) -> Mapping[str, Any] | None:
        """The answer to a GET; None when the object ends before the range begins."""
        extra: Any = self._target(key) | ({"Range": asked} if asked else {})
        async with asking(patience(self._settings, body=0)):
            try:
                return await self._client.get_object(**extra)
            except ClientError as error:
                if code_of(error) not in ("InvalidRange", "416"):
                    raise
                return None

    async def _ask_version(self, key: str, asked: str, version: str) -> Mapping[str, Any]:
        extra: Any = self._target(key) | {"Range": asked, "IfMatch": version}
        async with asking(patience(self._settings, body=0)):
            return await self._client.get_object(**extra)

    async def stat(self, key: str) -> Stat:
        target: Any = self._target(key)
        async with asking(patience(self._settings, body=0)):
            return stat_of(key, await self._client.head_object(**target))

    async def delete(self, key: str) -> None:
        target: Any = self._target(key)
        async with asking(patience(self._settings, body=0)):
            await self._client.delete_object(**target)

    async def under(self, prefix: str = "", *, after: str = "") -> AsyncIterator[Entry]:
        inside = {"Bucket": self._bucket, "Prefix": f"{self._prefix}{checked_prefix(prefix)}"}
        page: Any = {"StartAfter": f"{self._prefix}{after}"} if after else {}
        while True:
            extra: Any = inside | page
            async with asking(patience(self._settings, body=0)):
                answer = await self._client.list_objects_v2(**extra)
            for found in answer.get("Contents", []):
                key = found["Key"].removeprefix(self._prefix)
                yield Entry(key, found["Size"], found["LastModified"])
            if not answer.get("IsTruncated"):
                return
            page = {"ContinuationToken": answer["NextContinuationToken"]}


def _config(settings: Blob) -> AioConfig:
    return AioConfig(
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        retries={"mode": "standard", "total_max_attempts": settings.attempts},
        max_pool_connections=settings.s3_connections,
        # Ours, where we give one; what newer libraries add by themselves, others than AWS
        # do not understand.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={
            # A bucket in the host name needs DNS and a certificate for it: AWS has both.
            "addressing_style": "path" if settings.s3_endpoint else "auto",
            # It would hash every body once more, on the loop.
            "payload_signing_enabled": False,
        },
    )


def _metadata(source: Source) -> dict[str, str]:
    return {"sha256": source.tally.sha256}
