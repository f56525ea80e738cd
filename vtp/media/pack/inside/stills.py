"""Decodes one picture of a video of somebody else."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from contextlib import suppress

import av
import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame

from vtp.media.pack.inside.probing import OPTIONS
from vtp.media.pack.inside.redrawing import fitted
from vtp.media.pack.picture import Fitted
from vtp.media.pack.probe import Damaged, NotMedia
from vtp.media.pack.still import StillWish

# From a key frame to where we want to be: half a minute at 30 pictures a second.
_MOST = 900
# EXIF's number of what makes a picture upright that is turned clockwise by so much.
_ORIENTATIONS = {0: 1, 90: 6, 180: 3, 270: 8}


def still(spec: StillWish, files: Mapping[str, int]) -> Fitted:
    descriptor = files["input"]
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        try:
            with av.open(file, "r", options=OPTIONS, metadata_errors="replace") as container:
                frame = _frame(container, spec.at)
                turned = round(-frame.rotation / 90) * 90 % 360
                return fitted(frame, _ORIENTATIONS[turned], spec.box)
        except MemoryError:
            raise
        except av.error.FFmpegError:
            raise NotMedia from None


def _frame(container: InputContainer, at: float) -> VideoFrame:
    """The key frame before `at`, or the first picture where nothing can be sought."""
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1
    with suppress(av.error.FFmpegError):
        container.seek(int(at * av.time_base))
    for frame in itertools.islice(container.decode(stream), _MOST):
        return frame
    raise Damaged
