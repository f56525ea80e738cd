"""A large object in parts: some at once, each verified, all of them or nothing."""

from __future__ import annotations

from asyncio import TaskGroup
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import structlog
from botocore.exceptions import ClientError

from vtp.blob.parts import Part, Seal, cut, denies_whole
from vtp.blob.port import StorageUnavailable
from vtp.blob.s3.answers import asking, code_of, patience
from vtp.blob.source import Source
from vtp.blob.threads import Threads
from vtp.errors import Problem
from vtp.settings import Blob

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client

_log = structlog.get_logger()


class Corrupted(StorageUnavailable):
    """The file storage did not confirm what was sent to it. Try again."""

    code = "storage_corrupted"


class Upload:
    """One object on its way up; used once. Holds `s3_parallel` parts in memory."""

    def __init__(
        self, client: S3Client, bucket: str, name: str, *, settings: Blob, threads: Threads
    ) -> None:
        self._client = client
        self._target: Any = {"Bucket": bucket, "Key": name}
        self._settings = settings
        self._threads = threads
        self._id: Any = {}
        self._metadata: dict[str, str] = {}
        self._seals: dict[int, Seal] = {}
        self._done: dict[int, Any] = {}

    async def send(self, source: Source, *, content_type: str, metadata: dict[str, str]) -> None:
        self._metadata = metadata
        await self._begin(content_type)
        try:
            await self._send_all(source)
            await self._threads.run(source.require_unchanged)
            await self._complete()
        except BaseException:
            await self._abort()
            raise

    async def _begin(self, content_type: str) -> None:
        method: Any = {"ChecksumAlgorithm": "SHA256"} if self._method == "sha256" else {}
        async with asking(patience(self._settings, body=0)):
            begun = await self._client.create_multipart_upload(
                **self._target, ContentType=content_type, Metadata=self._metadata, **method
            )
        self._id = {"UploadId": begun["UploadId"]}

    @property
    def _method(self) -> Any:
        return self._settings.s3_checksum

    async def _send_all(self, source: Source) -> None:
        parts = iter(cut(source.tally.size, self._settings.s3_part_size))
        try:
            async with TaskGroup() as lanes:
                for _ in range(self._settings.s3_parallel):
                    lanes.create_task(self._lane(source, parts))
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _lane(self, source: Source, parts: Iterator[Part]) -> None:
        for part in parts:
            await self._send_part(source, part)

    async def _send_part(self, source: Source, part: Part) -> None:
        data = await self._threads.run(source.part, part.at, part.length)
        seal = await self._threads.run(Seal.of, data, self._method)
        headers: Any = seal.headers
        async with asking(patience(self._settings, body=len(data))):
            answer = await self._client.upload_part(
                **self._target, **self._id, PartNumber=part.number, Body=data, **headers
            )
        if seal.denied_by(answer):
            raise Corrupted
        self._seals[part.number] = seal
        self._done[part.number] = {"PartNumber": part.number, "ETag": answer["ETag"]} | (
            {"ChecksumSHA256": seal.text} if self._method == "sha256" else {}
        )

    async def _complete(self) -> None:
        parts: Any = {"Parts": [self._done[n] for n in sorted(self._done)]}
        async with asking(patience(self._settings, body=0)):
            try:
                answer = await self._client.complete_multipart_upload(
                    **self._target, **self._id, MultipartUpload=parts
                )
            except ClientError as error:
                # An attempt before may have done it, and only its answer was lost.
                if code_of(error) == "NoSuchUpload" and await self._is_there():
                    return
                raise
            if denies_whole([self._seals[n] for n in sorted(self._seals)], answer):
                await self._client.delete_object(**self._target)
                raise Corrupted

    async def _is_there(self) -> bool:
        found = await self._client.head_object(**self._target)
        return found["Metadata"] == self._metadata

    async def _abort(self) -> None:
        try:
            async with asking(patience(self._settings, body=0)):
                await self._client.abort_multipart_upload(**self._target, **self._id)
        except Problem as problem:
            # Its parts cost space until a lifecycle rule of the bucket removes them.
            _log.warning("blob.not_aborted", code=problem.code)
