"""Players of others in a page of ours: hls.js, dash.js and Shaka, and what they say went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route

from tests.support.browser import Window

_ROOT = Path(__file__).parents[2]
HLS = _ROOT / "web" / "node_modules" / "hls.js" / "dist" / "hls.js"
_PEERS = _ROOT / "bench" / "peers" / "node_modules"
DASH = _PEERS / "dashjs" / "dist" / "modern" / "umd" / "dash.all.min.js"
SHAKA = _PEERS / "shaka-player" / "dist" / "shaka-player.compiled.js"

_PAGE = """<!doctype html><title>Player</title><video muted playsinline width=640></video><script>
window.said = []; window.video = document.querySelector('video');
video.addEventListener('error', () => said.push('video: ' + video.error.message));
</script>"""
_START = {
    "hls": """url => { const one = window.player = new Hls({lowLatencyMode: true});
        window.parts = 0;
        // Who seeks gives up what was on its way; a machine that is busy waits and goes on.
        const fine = ['aborted', 'bufferStalledError', 'bufferNudgeOnStall'];
        one.on(Hls.Events.ERROR, (_, e) => {
            if (e.fatal || !fine.includes(e.details))
                said.push(`hls: ${e.details} ${e.error?.message}`); });
        one.on(Hls.Events.FRAG_LOADED, (_, e) => { if (e.part) parts += 1; });
        one.loadSource(url); one.attachMedia(video); return video.play(); }""",
    "dash": """url => { const one = window.player = dashjs.MediaPlayer().create();
        one.on('error', e => said.push(`dash: ${e.error.code} ${e.error.message}`));
        one.initialize(video, url, true); }""",
    "shaka": """async url => { const one = window.player = new shaka.Player();
        await one.attach(video);
        one.addEventListener('error', e => said.push(`shaka: ${e.detail.code}`));
        await one.load(url); return video.play(); }""",
}
# Captions on: each calls that in its own way.
_READ = {
    "dash": "() => { player.enableText(true); player.setTextTrack(0); }",
    "hls": "() => { player.subtitleTrack = 0; player.subtitleDisplay = true; }",
    "shaka": "() => player.selectTextTrack(player.getTextTracks()[0])",
}
# What a person reads now: of a track that is shown, a cue that the play position is in.
_SHOWN = """() => [...video.textTracks].filter(track => track.mode === 'showing').flatMap(
    track => [...(track.activeCues ?? [])].map(cue => [cue.text, cue.startTime, cue.endTime]))"""
_SCRIPTS = {"hls": HLS, "dash": DASH, "shaka": SHAKA}


class Player:
    def __init__(self, window: Window, name: str) -> None:
        self.page: Page = window.page
        self._url = window.url
        self._name = name

    async def start(self, path: str) -> None:
        await self.open()
        await self.load(path)

    async def open(self) -> None:
        """The page and its scripts, before anybody presses play."""

        async def page(route: Route) -> None:
            await route.fulfill(content_type="text/html", body=_PAGE)

        await self.page.route(self._url + "/player", page)
        await self.page.goto(self._url + "/player")
        await self.page.add_script_tag(path=str(_SCRIPTS[self._name]))

    async def load(self, path: str) -> None:
        await self.page.evaluate(_START[self._name], self._url + path)

    async def until(self, true: str) -> None:
        """An expression of the page; `video` and `player` are there."""
        await self.page.wait_for_function(true)

    async def read(self) -> None:
        """Turn captions on, the first that there are, and wait until some have come."""
        await self.page.evaluate(_READ[self._name])
        await self.until("[...video.textTracks].some(one => one.cues?.length)")

    async def shows(self, text: str, *, since: float = 0.0, until: float = 0.0) -> None:
        """Hold it, until what is over the picture says this; it begins then, or ends then."""
        await self.page.evaluate("video.pause()")
        await self.page.wait_for_function(
            f"""([text, since, until]) => ({_SHOWN})().some(([said, a, b]) => said.includes(text)
            && (!since || Math.abs(a - since) < 0.05) && (!until || Math.abs(b - until) < 0.05))""",
            arg=[text, since, until],
        )

    async def silent(self) -> None:
        """Hold it, until nothing is over the picture."""
        await self.page.evaluate("video.pause()")
        await self.page.wait_for_function(f"() => ({_SHOWN})().length === 0")

    async def seek(self, at: float) -> None:
        """And play on from there."""
        await self.page.evaluate("at => { video.currentTime = at; return video.play() }", at)
        await self.until(f"!video.seeking && video.currentTime > {at} + 0.3")

    async def now(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.page.evaluate(
            "() => ({at: video.currentTime, ended: video.ended, duration: typeof player.duration === 'function' ? player.duration() : video.duration,"
            " width: video.videoWidth, parts: window.parts})"
        )
        return found

    async def said(self) -> list[str]:
        found: list[str] = await self.page.evaluate("said")
        return found
