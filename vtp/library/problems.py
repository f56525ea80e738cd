"""What can be wrong with uploads and with what is in the library."""

from __future__ import annotations

from vtp.errors import Conflict, Forbidden, Gone, Invalid, Problem, Unavailable


class NotTus(Problem):
    """Say in Tus-Resumable that you speak version 1.0.0 of tus."""

    status = 412
    code = "tus_version"


class OffsetConflict(Conflict):
    """The upload stands elsewhere. Ask where, and go on from there."""

    code = "upload_offset"


class Superseded(Conflict):
    """Somebody else goes on with this upload."""

    code = "upload_superseded"


class BadChecksum(Problem):
    """What arrived is not what its checksum says. Send it again."""

    status = 460
    code = "checksum_mismatch"


class UnknownChecksum(Problem):
    """This checksum cannot be read, or is of a kind that is not known here."""

    status = 400
    code = "checksum_unknown"


class BadMetadata(Invalid):
    """Upload-Metadata cannot be read."""

    code = "upload_metadata"


class NoLength(Invalid):
    """Say in Upload-Length how many bytes the file has."""

    code = "upload_length"


class TooMuch(Problem):
    """The file is larger than what was announced, or than what is taken here."""

    status = 413
    code = "upload_too_large"


class QuotaUsed(Forbidden):
    """There is no more room for your files. Delete some that you do not need."""

    code = "quota_used"


class TooManyUploads(Forbidden):
    """Too many uploads are not finished. Finish or cancel some first."""

    code = "too_many_uploads"


class UploadExpired(Gone):
    """This upload was not finished in time. Begin it anew."""

    code = "upload_expired"


class UploadLost(Gone):
    """What was sent of this upload is not there any more. Begin it anew."""

    code = "upload_lost"


class UnknownType(Problem):
    """This kind of file is not taken. Use video, sound, pictures, PDF, office files, text, ZIP."""

    status = 415
    code = "file_type"


class NoFile(Invalid):
    """Send the file in the field `file`."""

    code = "no_file"


class EmptyFile(Invalid):
    """The file is empty. Perhaps it was still being written when you chose it."""

    code = "file_empty"


class NoRoomOnDisk(Unavailable):
    """There is no room for files on the disk of the server."""

    code = "disk_full"


class NotYours(Forbidden):
    """You may see this, but only those who look after it change it."""

    code = "media_not_yours"


class NotAllowedToUpload(Forbidden):
    """Only teachers put files into the library."""

    code = "library_teachers_only"


class NotReady(Conflict):
    """Its file is not there yet."""

    code = "media_not_ready"


class NoPoster(Gone):
    """There is no picture of this."""

    status = 404
    code = "no_poster"


class BadLink(Invalid):
    """Give an address that begins with https:// or http://."""

    code = "bad_link"


class StillUsed(Conflict):
    """This stands in courses. Take it out of them first, or say that it goes all the same."""

    code = "media_used"


class OtherKind(Conflict):
    """One of the two has no file that could take the place of the other."""

    code = "not_replaceable"
