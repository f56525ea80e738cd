"""What can go wrong with rooms and classes, each with a code that stays. Pure."""

from __future__ import annotations

from vtp.errors import Conflict, Forbidden, Gone, Invalid, Limited, NotFound, Unavailable


class RoomClosed(Gone):
    """This room was closed."""

    code = "room_closed"


class MeetingOver(Gone):
    """This class has ended."""

    code = "meeting_ended"


class RemovedFromMeeting(Forbidden):
    """You were removed from this class."""

    code = "removed_from_meeting"


class HostsOnly(Forbidden):
    """Only hosts of the room can do this."""

    code = "hosts_only"


class OwnerOnly(Forbidden):
    """Only the owner of the room and those who look after the school can do this."""

    code = "owner_only"


class StaffOnly(Forbidden):
    """Only hosts and co-hosts can do this."""

    code = "staff_only"


class ClassLocked(Forbidden):
    """This class is locked. Nobody new can come in."""

    code = "class_locked"


class NotOpenYet(Forbidden):
    """This class is not open yet. It opens 15 minutes before it begins."""

    code = "not_open_yet"


class MustWait(Forbidden):
    """Somebody who is in has to let you in. Wait for it."""

    code = "waiting_room"


class MayNotPublish(Forbidden):
    """Only hosts may send this here."""

    code = "may_not_publish"


class HostsStay(Forbidden):
    """Hosts and co-hosts cannot be removed. Make them members first."""

    code = "hosts_stay"


class GuestsStayMembers(Forbidden):
    """A guest cannot become a co-host."""

    code = "guests_stay_members"


class SignedInAlready(Conflict):
    """This room is not open to your account. Sign out to come in as a guest."""

    code = "signed_in_already"


class NotWaiting(Conflict):
    """This person does not wait any more."""

    code = "not_waiting"


class NotAsked(Conflict):
    """Nobody asked you to turn this on."""

    code = "not_asked"


class CannotAsk(Conflict):
    """Members may not send this right now. Unlock it first."""

    code = "cannot_ask"


class AlreadyInMeeting(Conflict):
    """This connection is in a class already. Leave that one first."""

    code = "already_in_meeting"


class NotInMeeting(Conflict):
    """Join a class first."""

    code = "not_in_meeting"


class TooManyDevices(Conflict):
    """You are in this class with as many devices as one person may have."""

    code = "too_many_devices"


class AlreadyPublished(Conflict):
    """You send this already. Stop that first."""

    code = "already_published"


class OwnerIsHost(Conflict):
    """The owner of a room is always its host."""

    code = "owner_is_host"


class WrongKind(Invalid):
    """Microphone and sound of the screen are audio, camera and screen are video."""

    code = "wrong_kind"


class OwnTrack(Invalid):
    """This is what you send yourself."""

    code = "own_track"


class BadTitle(Invalid):
    """A room needs a title of up to 200 characters."""

    code = "bad_title"

    def __init__(self) -> None:
        super().__init__(fields={"title": self.title()})


class NoSuchPerson(Invalid):
    """Nobody here has this email."""

    code = "no_such_person"

    def __init__(self) -> None:
        super().__init__(fields={"email": self.title()})


class NoSuchTrack(NotFound):
    """There is no such track."""


class NoSuchParticipant(NotFound):
    """There is no such participant."""


# --- what is said -----------------------------------------------------------------------------
class BadMessage(Invalid):
    """Write something that can be seen."""

    code = "bad_message"


class MessageTooLong(Invalid):
    """This is too long for one message."""

    code = "message_too_long"


class BadReply(Invalid):
    """What you answer is not here, or only you two may see it."""

    code = "bad_reply"


class BadImage(Invalid):
    """This image was not sent to this class by you, or stands in another message already."""

    code = "bad_image"


class ToYourself(Invalid):
    """A private message needs somebody else to read it."""

    code = "to_yourself"


class MayNotWrite(Forbidden):
    """You may not write this here now."""

    code = "may_not_write"


class NotYourMessage(Forbidden):
    """Only its author and hosts can delete a message."""

    code = "not_your_message"


class TooManyMessages(Limited):
    """You write faster than others can read. Wait a little."""

    code = "too_many_messages"


class NoSuchMessage(NotFound):
    """There is no such message."""


class NoSuchImage(NotFound):
    """There is no such image."""


# --- polls ------------------------------------------------------------------------------------
class BadPoll(Invalid):
    """Something in this poll needs to be changed."""

    code = "bad_poll"


class BadAnswer(Invalid):
    """This is no answer to this poll."""

    code = "bad_answer"


class PollClosed(Conflict):
    """This poll is not open."""

    code = "poll_closed"


class PollNotOpened(Conflict):
    """Ask before you show what was answered."""

    code = "poll_not_opened"


class NotADraft(Conflict):
    """This poll was opened already."""

    code = "not_a_draft"


class TooManyPolls(Conflict):
    """This class has as many polls as one class may have."""

    code = "too_many_polls"


class HostsDoNotAnswer(Forbidden):
    """Who leads the class does not answer its polls."""

    code = "hosts_do_not_answer"


class NoSuchPoll(NotFound):
    """There is no such poll."""


class RoomFull(Unavailable):
    """There is no more room in this class right now."""

    code = "room_full"


class ServerStopping(Unavailable):
    """The server is about to restart. Classes can begin again a little later."""

    code = "server_stopping"
