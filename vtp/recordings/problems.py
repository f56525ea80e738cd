"""What can be wrong with recording and with recordings."""

from __future__ import annotations

from vtp.errors import Conflict, Forbidden, Invalid, Unavailable


class NotYoursToRecord(Forbidden):
    """Only those who host the room record its classes."""

    code = "hosts_only"


class NoClass(Conflict):
    """Nobody is in this room. Join the class first, then record it."""

    code = "no_class"


class AlreadyRecorded(Conflict):
    """This class is being recorded already."""

    code = "already_recorded"


class RecordingOver(Conflict):
    """This recording has ended."""

    code = "recording_over"


class StillRecording(Conflict):
    """Stop it first: it is still being recorded."""

    code = "still_recording"


class NoRecorder(Unavailable):
    """The recorder is not there right now. Try again in a moment."""

    code = "no_recorder"


class DiskFull(Unavailable):
    """There is no room for recordings on the disk of the server."""

    code = "disk_full"


class NoTranscriber(Conflict):
    """Nothing here writes down what is said. Send captions as a file."""

    code = "no_transcriber"


class NotInstalled(NoTranscriber):
    """The program that writes captions is not installed on the server."""

    code = "transcriber_not_installed"


class NoModel(NoTranscriber):
    """The program that writes captions has no model on the server, or files of it are missing."""

    code = "transcriber_no_model"


class ModelTooLarge(Invalid):
    """The program that writes captions needs more memory for its model than it may have."""

    code = "transcriber_model_too_large"


class TwoChaptersAtOnce(Invalid):
    """Two chapters cannot begin at one moment."""

    code = "two_chapters_at_once"


class TooFarAhead(Invalid):
    """This part of the recording is too far ahead of what there is."""

    code = "too_far_ahead"


class NotForHome(Forbidden):
    """Whoever teaches this class has not allowed that its recording is downloaded."""

    code = "downloads_off"


class NotYetForHome(Conflict):
    """Its pictures are still being made ready. Try again in a few minutes."""

    code = "pictures_not_ready"
