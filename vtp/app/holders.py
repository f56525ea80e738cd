"""Every domain that holds something about people (`vtp.accounts.holding.Holder`).

The account itself comes last: until then others find by its address what is about its person.
"""

from __future__ import annotations

from vtp.accounts import held as accounts
from vtp.accounts.holding import Holder
from vtp.analytics import held as analytics
from vtp.attendance import held as attendance
from vtp.audit import held as audit
from vtp.courses import held as courses
from vtp.jobs import held as jobs
from vtp.library import held as library
from vtp.mail import held as mail
from vtp.notices import held as notices
from vtp.recordings import held as recordings
from vtp.rooms import held as rooms

HOLDERS: tuple[Holder, ...] = (
    analytics,
    rooms,
    recordings,
    library,
    attendance,
    courses,
    notices,
    mail,
    audit,
    jobs,
    accounts,
)
