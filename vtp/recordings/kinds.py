"""The words of recordings. Pure."""

from __future__ import annotations

from typing import Literal

State = Literal["recording", "paused", "processing", "ready", "failed"]
# Those who host the room see all of its recordings; `room`: everybody for whom the room is.
Visibility = Literal["hosts", "room"]
Role = Literal["host", "member"]
# What is done with one after it has ended: pictures that no browser plays become H.264; poster,
# storyboard and waveform; smaller sizes; copies in the storage; what people take home; and what is
# said in it, by an engine.
WorkKind = Literal[
    "pictures", "previews", "ladder", "copies", "movie", "stage", "screen", "sound", "captions"
]
# What there is to write down what is said, or what it lacks.
Transcriber = Literal["ready", "unset", "not_installed", "no_model"]
# All of it as one film; the camera, or the shared screen, with the sound; the sound alone.
DownloadKind = Literal["movie", "stage", "screen", "sound"]
FileKind = Literal["rung", "poster", "storyboard", "waveform", "captions", "movie", "sound"]
Codec = Literal["h264", "h265", "vp9", "av1"]
