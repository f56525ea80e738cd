"""What accounts write to people: letters with a link that proves something, and security notices.

Whoever changes what opens an account tells its owner: `notices.tell(tx, user_id, kind, values)`.
"""

from __future__ import annotations

from vtp.actor import Role
from vtp.mail.model import Letter
from vtp.notices.topics import Choice, Kind, Topic

# --- letters that somebody asked for ------------------------------------------------------------
RESET = Letter(
    topic="accounts.reset",
    subject="letter.reset.subject",
    text=("letter.reset.text", "letter.reset.once"),
    action="letter.reset.action",
    note="letter.reset.note",
)
VERIFY = Letter(
    topic="accounts.verify",
    subject="letter.verify.subject",
    text=("letter.verify.text",),
    action="letter.verify.action",
    note="letter.verify.note",
)
CHANGE = Letter(
    topic="accounts.change",
    subject="letter.change.subject",
    text=("letter.change.text",),
    action="letter.change.action",
    note="letter.change.note",
)
TAKEN = Letter(
    topic="accounts.taken",
    subject="letter.taken.subject",
    text=("letter.taken.text",),
    action="letter.taken.action",
    note="letter.taken.note",
)
INVITED = Letter(
    topic="accounts.invited",
    subject="letter.invited.subject",
    text=("letter.invited.text", "letter.invited.once"),
    action="letter.invited.action",
    note="letter.invited.note",
)
# To the address that an account had; its link takes the change back.
MOVED = Letter(
    topic="accounts.moved",
    subject="letter.moved.subject",
    text=("letter.moved.text", "letter.moved.undo"),
    action="letter.moved.action",
    note="letter.moved.note",
)

# --- security notices ---------------------------------------------------------------------------
SECURITY = Topic(
    name="accounts.security",
    title="topic.security",
    text="topic.securityText",
    by_mail=Choice.ALWAYS,
)
PASSWORD_CHANGED = Kind(
    name="accounts.password_changed",
    topic=SECURITY,
    line="notice.passwordChanged",
    icon="key-round",
    link="/profile?tab=sessions",
    letter=Letter(
        topic="accounts.password_changed",
        subject="letter.passwordChanged.subject",
        text=("letter.passwordChanged.text",),
        action="letter.security.action",
        note="letter.security.note",
    ),
)
# The letter of this one is MOVED, which goes to the old address.
ADDRESS_CHANGED = Kind(
    name="accounts.address_changed",
    topic=SECURITY,
    line="notice.addressChanged",
    icon="mail",
    link="/profile?tab=sign-in",
)
# Values: {agent}, "Firefox on Linux".
SIGNED_IN = Kind(
    name="accounts.signed_in",
    topic=SECURITY,
    line="notice.signedIn",
    icon="monitor",
    link="/profile?tab=sessions",
    letter=Letter(
        topic="accounts.signed_in",
        subject="letter.signedIn.subject",
        text=("letter.signedIn.text",),
        action="letter.security.action",
        note="letter.security.note",
    ),
)
# Values: {factor}, "An authenticator app", "The passkey “Phone”", at the beginning of a sentence.
FACTOR_ADDED = Kind(
    name="accounts.factor_added",
    topic=SECURITY,
    line="notice.factorAdded",
    icon="shield-check",
    link="/profile?tab=sign-in",
    letter=Letter(
        topic="accounts.factor_added",
        subject="letter.factorAdded.subject",
        text=("letter.factorAdded.text",),
        action="letter.factor.action",
        note="letter.security.note",
    ),
)
FACTOR_REMOVED = Kind(
    name="accounts.factor_removed",
    topic=SECURITY,
    line="notice.factorRemoved",
    icon="shield-check",
    link="/profile?tab=sign-in",
    letter=Letter(
        topic="accounts.factor_removed",
        subject="letter.factorRemoved.subject",
        text=("letter.factorRemoved.text",),
        action="letter.factor.action",
        note="letter.security.note",
    ),
)


# --- being forgotten ----------------------------------------------------------------------------
# To the address that the account had, once it has none any more.
ERASED_LETTER = Letter(
    topic="accounts.erased",
    subject="letter.erased.subject",
    text=("letter.erased.text", "letter.erased.kept"),
)
# Values: {reason}.
ERASURE_REFUSED = Kind(
    name="accounts.erasure_refused",
    topic=SECURITY,
    line="notice.erasureRefused",
    icon="user-x",
    link="/profile?tab=data",
    letter=Letter(
        topic="accounts.erasure_refused",
        subject="letter.erasureRefused.subject",
        text=("letter.erasureRefused.text",),
        action="letter.erasureRefused.action",
    ),
)
LOOKED_AFTER = Topic(
    name="accounts.requests",
    title="topic.requests",
    text="topic.requestsText",
    by_mail=Choice.OFF,
    roles=frozenset({Role.ADMIN}),
)
# To admins. Values: {name}.
ERASURE_ASKED = Kind(
    name="accounts.erasure_asked",
    topic=LOOKED_AFTER,
    line="notice.erasureAsked",
    icon="user-x",
    link="/admin/erasures",
)
# To admins. Values: {url}.
WEBHOOK_GIVEN_UP = Kind(
    name="accounts.webhook_given_up",
    topic=LOOKED_AFTER,
    line="notice.webhookGivenUp",
    icon="link",
    link="/admin/webhooks",
)

KINDS = (
    PASSWORD_CHANGED,
    ADDRESS_CHANGED,
    SIGNED_IN,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    ERASURE_REFUSED,
    ERASURE_ASKED,
    WEBHOOK_GIVEN_UP,
)
LETTERS = (
    RESET,
    VERIFY,
    CHANGE,
    TAKEN,
    INVITED,
    MOVED,
    ERASED_LETTER,
    *(k.letter for k in KINDS if k.letter),
)
