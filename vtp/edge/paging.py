"""Lists come in pages: `{items, next}`, where `next` is an opaque cursor.

A cursor holds the sort key of the last item, so a page stays right while rows come and go.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

from vtp.errors import Invalid

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

Limit = Annotated[int, Meta(ge=1, le=200, description="How many at the most.")]
Cursor = Annotated[str, Meta(max_length=512, description="`next` of the page before.")]


class Page(msgspec.Struct, Generic[T], frozen=True):
    items: list[T]
    next: str | None = None

    def each(self, view: Callable[[T], V]) -> Page[V]:
        """The same page, of what is told of its items."""
        return Page([view(one) for one in self.items], self.next)


class Paged(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query of a list; subclass it to add filters."""

    limit: Limit = 50
    cursor: Cursor = ""


class BadCursor(Invalid):
    """This is not where a page ended. Start from the first page."""

    code = "bad_cursor"


def after(cursor: str, kind: type[K]) -> K | None:
    """The sort key that `cursor` holds, None for the first page."""
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=kind)
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        raise BadCursor(fields={"cursor": BadCursor.title()}) from None


def page(rows: Sequence[T], *, limit: int, key: Callable[[T], Any]) -> Page[T]:
    """`rows` were asked for with `limit + 1`: the one too many says that there is more."""
    shown = list(rows[:limit])
    more = len(rows) > limit
    return Page(shown, _cursor(key(shown[-1])) if more else None)


def _cursor(key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()
