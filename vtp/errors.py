"""What can go wrong, by what the caller can do about it.

Few kinds, many codes: a domain subclasses a kind and gives it a stable `code`. The docstring
of an error is its default message, one plain sentence for a person. The edge maps kinds once
to problem+json and once to Socket.IO acks; nothing else knows status numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class Problem(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"

    def __init__(
        self,
        detail: str | None = None,
        *,
        fields: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail or self.title())
        self.detail = detail
        # Sentences by the path of the input that they are about ("email", "items.3.title").
        self.fields = dict(fields or {})
        # Seconds after which the same call may succeed.
        self.retry_after = retry_after
        # What a program needs to go on from here; members of the problem beside those of all.
        self.more = dict(more or {})
        # What a protocol wants said beside it, in headers.
        self.headers: dict[str, str] = {}

    @classmethod
    def title(cls) -> str:
        doc = cls.__doc__ or Problem.__doc__ or ""
        return doc.strip().splitlines()[0]


class Invalid(Problem):
    """Something in what you sent needs to be changed."""

    status = 422
    code = "invalid"


class Unauthenticated(Problem):
    """Sign in first."""

    status = 401
    code = "unauthenticated"


class Forbidden(Problem):
    """You may see this, but not do that."""

    status = 403
    code = "forbidden"


class NotFound(Problem):
    """There is nothing here, or it is not for you."""

    status = 404
    code = "not_found"


class Conflict(Problem):
    """Somebody else changed this first."""

    status = 409
    code = "conflict"


class Gone(Problem):
    """This was here once and has ended."""

    status = 410
    code = "gone"


class Limited(Problem):
    """That was too often. Wait a little."""

    status = 429
    code = "limited"


class Unavailable(Problem):
    """A part that this needs is not available right now. Try again."""

    status = 503
    code = "unavailable"
