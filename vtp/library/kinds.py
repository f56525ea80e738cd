"""The words of the library. Pure."""

from __future__ import annotations

from typing import Literal

Kind = Literal["video", "audio", "image", "document", "file", "link"]
FilmKind = Literal["picture", "sound", "storyboard", "sheet"]
State = Literal["uploading", "processing", "ready", "failed"]
# `private`: its owner, who looks after its course, and who may read a course that shows it;
# `unlisted`: whoever is signed in and has its address; `public`: listed for them too.
Visibility = Literal["private", "unlisted", "public"]
