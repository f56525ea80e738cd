"""The headers that every response carries, and why each."""

from __future__ import annotations

from aiohttp import web

# Scripts and styles come from our own files only; nothing inline runs, whatever a name contains.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def _policy(**instead: str) -> str:
    rules = _POLICY | {name.replace("_", "-"): value for name, value in instead.items()}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


CONTENT_SECURITY_POLICY = _policy()
# The two pages that show the API bring styles of their own inline; scripts stay ours.
DOCS_CONTENT_SECURITY_POLICY = _policy(style_src="'self' 'unsafe-inline'")
# A page that shows another of ours in a frame, and what may be in there: text in its own styles,
# whose links open outside of it.
FRAMES_CONTENT_SECURITY_POLICY = _policy(frame_src="'self'")
FRAMED_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
# What somebody uploaded is never active on our origin.
USER_FILE_POLICY = "default-src 'none'; sandbox"

_NEVER = "geolocation=(), payment=(), usb=(), browsing-topics=()"
# The page of a class needs camera, microphone and screen; no other page can even ask.
WITH_DEVICES = {
    "Permissions-Policy": f"camera=(self), microphone=(self), display-capture=(self), {_NEVER}"
}

_ALWAYS = {
    "Server": "vtp",  # without the versions that a library would tell
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": f"camera=(), microphone=(), display-capture=(), {_NEVER}",
    "X-Frame-Options": "DENY",
}
# Two years, as preload lists ask; only where the public origin is https.
_STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"


def secure_headers(*, secure: bool) -> dict[str, str]:
    return _ALWAYS | ({"Strict-Transport-Security": _STRICT_TRANSPORT} if secure else {})


def put(response: web.StreamResponse, headers: dict[str, str]) -> None:
    """Add what a handler did not set itself."""
    present = response.headers
    for name, value in headers.items():
        if name not in present:
            present[name] = value


def names(request: web.Request, etag: str) -> bool:
    """Whether the client says in If-None-Match that it has this already (RFC 9110, 13.1.2)."""
    told = request.headers.get("If-None-Match", "")
    return bool(told) and etag in {one.strip().removeprefix("W/") for one in told.split(",")}
