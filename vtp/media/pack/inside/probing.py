"""Opens a media file of somebody else. Containers and codecs are lists of what we know."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

import av
import av.error
import av.stream
import msgspec
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.frame import Frame
from av.packet import Packet
from av.stream import Disposition
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.stream import SubtitleStream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vtp.media.pack.probe import (
    Bounds,
    Damaged,
    Empty,
    Kind,
    NotMedia,
    OutOfBounds,
    Probe,
    Stream,
    UnknownCodec,
)

# FFmpeg's names of containers, and ours. None of them names other files.
CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
    "matroska,webm": "matroska",
    "mpegts": "mpegts",
    "avi": "avi",
    "mp3": "mp3",
    "aac": "aac",
    "ogg": "ogg",
    "flac": "flac",
    "wav": "wav",
}
VIDEO = frozenset(
    ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores")
)
AUDIO = frozenset(
    (
        *("aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "ac3", "eac3"),
        *("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le"),
        *("pcm_u8", "pcm_alaw", "pcm_mulaw"),
    )
)
# Decoders that go by another name than their codec.
_DECODERS = VIDEO | AUDIO | {"libdav1d", "mp3float", "mp2float"}

OPTIONS = {
    "format_whitelist": ",".join(CONTAINERS),
    "codec_whitelist": ",".join(sorted(_DECODERS)),
    # What a file might name itself; the given descriptor needs no protocol.
    "protocol_whitelist": "pipe",
}
# PyAV imports those for subtitles when it first needs them, which here would be too late.
_CONTEXTS = (VideoCodecContext, AudioCodecContext, SubtitleCodecContext)
# A good file shows its first picture long before.
_MAX_PACKETS = 500
# HEIF photos wear the clothes of an MP4.
_PICTURE_BRANDS = frozenset({"heic", "heix", "mif1", "avif"})
_LANGUAGE = re.compile(r"[a-z]{3}")


def probe(spec: Bounds, files: Mapping[str, int]) -> Probe:
    descriptor = files["input"]
    size = os.fstat(descriptor).st_size
    if size == 0:
        raise Empty
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        try:
            with av.open(file, "r", options=OPTIONS, metadata_errors="replace") as container:
                return _look(container, size, spec)
        except MemoryError:
            raise
        except av.error.FFmpegError:
            raise NotMedia from None


def _look(container: InputContainer, size: int, bounds: Bounds) -> Probe:
    name = CONTAINERS.get(container.format.name)
    if name is None:
        raise NotMedia
    if container.metadata.get("major_brand", "").strip() in _PICTURE_BRANDS:
        raise NotMedia("The file is a picture, not a video.")
    duration = _seconds(container.duration)
    if duration is not None and duration > bounds.seconds:
        raise OutOfBounds(f"The file is longer than {bounds.seconds / 3600:g} hours.")
    streams = [_told(stream) for stream in container.streams]
    _check_streams(streams, bounds)
    streams = _turned(streams, _first_frame(container))
    return Probe(container=name, duration=duration, size=size, streams=tuple(streams))


def _seconds(duration: int | None) -> float | None:
    return duration / av.time_base if duration is not None and duration > 0 else None


def _told(stream: av.stream.Stream) -> Stream:
    told = Stream(index=stream.index, kind=_kind(stream), codec=_codec(stream))
    language = stream.language or ""
    if _LANGUAGE.fullmatch(language) and language != "und":
        told = msgspec.structs.replace(told, language=language)
    # Without a decoder there are no more facts, and `_check_streams` refuses it.
    if not told.codec:
        return told
    if isinstance(stream, VideoStream):
        return msgspec.structs.replace(
            told, width=stream.width, height=stream.height, fps=_fps(stream.average_rate)
        )
    if isinstance(stream, AudioStream):
        return msgspec.structs.replace(told, rate=stream.sample_rate, channels=stream.channels)
    return told


def _kind(stream: av.stream.Stream) -> Kind:
    if isinstance(stream, VideoStream):
        return "cover" if stream.disposition & Disposition.attached_pic else "video"
    if isinstance(stream, AudioStream):
        return "audio"
    return "subtitle" if isinstance(stream, SubtitleStream) else "data"


def _codec(stream: av.stream.Stream) -> str:
    """ "" where FFmpeg has no decoder: the context is None then, whatever its annotation says."""
    context = stream.codec_context
    return context.codec.canonical_name if isinstance(context, _CONTEXTS) else ""


def _fps(rate: Fraction | None) -> float | None:
    return round(float(rate), 3) if rate else None


def _check_streams(streams: list[Stream], bounds: Bounds) -> None:
    """Before anything is decoded."""
    counted = [stream for stream in streams if stream.kind != "data"]
    if len(counted) > bounds.streams:
        raise OutOfBounds(f"The file has {len(counted)} tracks; {bounds.streams} is the most.")
    if not any(stream.kind in {"video", "audio"} for stream in streams):
        raise NotMedia
    for stream in streams:
        known = {"video": VIDEO, "audio": AUDIO}.get(stream.kind)
        if known is not None and stream.codec not in known:
            raise UnknownCodec(_unknown(stream))
        if stream.kind == "video":
            _check_picture(stream, bounds)


def _unknown(stream: Stream) -> str:
    what = "picture" if stream.kind == "video" else "sound"
    if not stream.codec:
        return f"The {what} of the file is in a format that is not known here."
    return f"The {what} of the file is in the format {stream.codec}, which is not played here."


def _check_picture(stream: Stream, bounds: Bounds) -> None:
    width, height = stream.width or 0, stream.height or 0
    if width < 1 or height < 1:
        raise Damaged
    if max(width, height) > bounds.side:
        raise OutOfBounds(
            f"The picture is {width} by {height} pixels; {bounds.side} is the most on each side."
        )
    if stream.fps is not None and stream.fps > bounds.fps:
        raise OutOfBounds(
            f"The video has {stream.fps:g} pictures a second; {bounds.fps:.0f} is the most."
        )


def _first_frame(container: InputContainer) -> Frame:
    """The first picture, or sound where there is no picture: what cannot be decoded is damaged."""
    stream = _main(container)
    stream.codec_context.thread_count = 1
    for packet in itertools.islice(container.demux(stream), _MAX_PACKETS):
        for frame in _decoded(stream, packet):
            return frame
    raise Damaged


def _main(container: InputContainer) -> VideoStream | AudioStream:
    for stream in container.streams.video:
        if _kind(stream) == "video":
            return stream
    return container.streams.audio[0]


def _decoded(
    stream: VideoStream | AudioStream, packet: Packet[av.stream.Stream]
) -> Sequence[Frame]:
    try:
        return stream.decode(packet)
    except MemoryError:
        raise
    except av.error.FFmpegError:
        return ()


def _turned(streams: list[Stream], frame: Frame) -> list[Stream]:
    """With the rotation that players apply to the first picture."""
    if not isinstance(frame, VideoFrame):
        return streams
    # FFmpeg counts counter-clockwise.
    rotation = round(-frame.rotation / 90) * 90 % 360
    return [
        msgspec.structs.replace(stream, rotation=rotation) if stream.kind == "video" else stream
        for stream in streams
    ]
