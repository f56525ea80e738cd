"""Turns pictures as whoever held the camera saw them: a phone writes down how it was held."""

from __future__ import annotations

from av.filter import Graph
from av.video.frame import VideoFrame

# Degrees clockwise by which a picture is turned for showing.
_TURNS = {90: ("transpose", "clock"), 180: ("rotate", "PI"), 270: ("transpose", "cclock")}


class Upright:
    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._given: tuple[int, int, str, int] | None = None

    def turned(self, frame: VideoFrame) -> VideoFrame:
        # FFmpeg counts counter-clockwise.
        clockwise = round(-frame.rotation / 90) * 90 % 360
        if clockwise not in _TURNS:
            return frame
        given = frame.width, frame.height, frame.format.name, clockwise
        if self._graph is None or given != self._given:
            self._graph, self._given = _made(frame, clockwise), given
        self._graph.vpush(frame)
        return self._graph.vpull()


def _made(frame: VideoFrame, clockwise: int) -> Graph:
    graph = Graph()
    graph.threads = 1
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base,
    )
    name, how = _TURNS[clockwise]
    nodes = [
        graph.add(name, how),
        # Else whoever comes next would turn it once more.
        graph.add("sidedata", "mode=delete:type=DISPLAYMATRIX"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(source, *nodes).configure()
    return graph
