"""What a page says of the forms that it could not follow."""

from __future__ import annotations

import pytest

from vtp.edge import forms
from vtp.errors import Conflict, Invalid, NotFound


async def _done(said: list[str]) -> None:
    said.append("done")


async def _too_late(_: list[str]) -> None:
    raise Conflict("Somebody was faster.")


async def _gone(_: list[str]) -> None:
    raise NotFound


DEEDS: forms.Deeds[list[str]] = {"do": _done, "late": _too_late, "gone": _gone}


async def test_what_can_be_mended_is_said_on_the_page_and_all_else_is_a_page_of_its_own() -> None:
    said: list[str] = []
    assert forms.said(await forms.followed(DEEDS, "do", said))["status"] == 200
    assert said == ["done"]
    late = forms.said(await forms.followed(DEEDS, "late", said))
    assert late == {"status": 409, "problem": "Somebody was faster.", "errors": {}}
    assert isinstance(await forms.followed(DEEDS, "dance", said), Invalid)
    with pytest.raises(NotFound):
        await forms.followed(DEEDS, "gone", said)


def test_a_text_of_a_form_is_as_long_as_it_may_be() -> None:
    assert forms.text({"why": "ab"}, "why", most=2) == "ab"
    assert forms.text({}, "why", most=2) == ""
    with pytest.raises(Invalid) as caught:
        forms.text({"why": "abc"}, "why", most=2)
    assert caught.value.fields == {"why": "Write up to 2 characters."}
