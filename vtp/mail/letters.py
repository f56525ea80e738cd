"""Letters in words: the catalogue and two templates give subject, text and HTML."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jinja2

from vtp import resources, settings
from vtp.edge.texts import Texts
from vtp.mail.envelope import Rendered
from vtp.mail.model import Letter, Mail


class Letters:
    """All that the program may write, by topic. Links begin with `origin`, whoever asked."""

    def __init__(
        self,
        letters: Iterable[Letter],
        *,
        texts: Texts,
        school: settings.School,
        origin: str,
        templates: Path | None = None,
    ) -> None:
        self._letters = {letter.topic: letter for letter in letters}
        self._texts = texts
        self._school = school
        self._origin = origin
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(templates or resources.templates()),
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def known(self, topic: str) -> bool:
        return topic in self._letters

    def subject(self, mail: Mail) -> str:
        """For lists; of a letter that this version does not know any more, its topic."""
        letter = self._letters.get(mail.topic)
        return self._said(mail, letter.subject) if letter else mail.topic

    def render(self, mail: Mail, *, secret: str = "") -> Rendered:
        letter = self._letters[mail.topic]
        subject = self._said(mail, letter.subject)
        shown = {
            "subject": subject,
            "paragraphs": [self._said(mail, key) for key in letter.text],
            "action": self._said(mail, letter.action) if letter.action else "",
            "link": f"{self._origin}{mail.path}{secret}" if letter.action else "",
            "note": self._said(mail, letter.note) if letter.note else "",
            "school": self._school.name,
            "origin": self._origin,
            "language": mail.to.language,
            "t": self._texts,
        }
        return Rendered(
            subject=subject,
            text=self._jinja.get_template("mail/letter.txt").render(shown),
            html=self._jinja.get_template("mail/letter.html").render(shown),
        )

    def _said(self, mail: Mail, key: str) -> str:
        zone = mail.to.time_zone
        when, until = moment(mail.created_at, zone), moment(mail.not_after, zone)
        return self._texts(key, school=self._school.name, when=when, until=until, **mail.values)


def moment(at: datetime, zone: str) -> str:
    """When something was, for its reader: the zone is said, because mail travels."""
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        zone, local = "UTC", at
    return f"{local.day} {local:%B %Y, %H:%M} ({zone.replace('_', ' ')})"
