"""What can be wrong with a change of an outline."""

from __future__ import annotations

from vtp.errors import Conflict, Gone, Invalid


class Overwrites(Conflict):
    """Somebody else changed the same thing since you looked at it."""

    code = "outline_overwrites"


class NodeGone(Conflict):
    """Somebody has deleted this meanwhile. It can be taken back."""

    code = "outline_deleted"


class NoSuchPlace(Invalid):
    """It cannot stand there. Chapters hold everything else, and nothing holds a chapter."""

    code = "outline_place"


class NothingToUndo(Conflict):
    """There is nothing of yours to take back."""

    code = "outline_nothing"


class Incomplete(Invalid):
    """Say what it shows."""

    code = "outline_incomplete"


class NothingPublished(Gone):
    """Nothing of this course is published yet."""

    status = 404
    code = "outline_unpublished"
