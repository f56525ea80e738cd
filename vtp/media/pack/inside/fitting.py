"""Brings pictures to one size: in their proportions, with black beside them where they differ."""

from __future__ import annotations

from av.error import BlockingIOError as NothingYet
from av.filter import Graph
from av.video.frame import VideoFrame

_PIXELS = "yuv420p"
_DARK, _NEUTRAL = 16, 128


class Fit:
    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._graph: Graph | None = None
        self._given = (0, 0, "")

    def fitted(self, frame: VideoFrame) -> VideoFrame:
        given = frame.width, frame.height, frame.format.name
        if (*self._size, _PIXELS) == given:
            return frame
        if self._graph is None or given != self._given:
            self._graph, self._given = self._made(frame), given
        self._graph.push(frame)
        try:
            made = self._graph.pull()
        except NothingYet:
            return self.black()
        if not isinstance(made, VideoFrame):
            raise TypeError("a picture was scaled to something else")
        return made

    def _made(self, frame: VideoFrame) -> Graph:
        width, height = self._size
        graph = Graph()
        into = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base,
        )
        nodes = [
            into,
            graph.add(
                "scale",
                f"{width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2",
            ),
            graph.add("pad", f"{width}:{height}:-1:-1"),
            graph.add("setsar", "1"),
            graph.add("format", _PIXELS),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*nodes).configure()
        return graph

    def black(self) -> VideoFrame:
        return dark(*self._size)


def dark(width: int, height: int) -> VideoFrame:
    frame = VideoFrame(width, height, _PIXELS)
    for plane, value in zip(frame.planes, (_DARK, _NEUTRAL, _NEUTRAL), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame
