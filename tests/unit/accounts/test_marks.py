"""Refresh tokens and remembered browsers."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.accounts.keyring import Keyring
from vtp.accounts.marks import Marks, Renewal, Verdict, judge
from vtp.ids import SessionId, UserId, uuid7

OLD, NEW = b"o" * 32, b"n" * 32
MARKS = Marks(Keyring({"1": OLD}))
AT = datetime(2026, 3, 12, 18, tzinfo=UTC)
GRACE = timedelta(seconds=10)


@given(st.uuids(), st.integers(0, 2**31 - 1))
def test_a_refresh_token_says_what_was_put_into_it(session_id: SessionId, generation: int) -> None:
    renewal = Renewal(session_id, generation)
    token = MARKS.refresh(renewal)
    assert MARKS.read_refresh(token) == renewal
    assert token.isascii()
    assert len(token) <= 100


@given(st.data())
def test_no_changed_token_is_believed(data: st.DataObject) -> None:
    token = MARKS.refresh(Renewal(SessionId(uuid7()), 3))
    at = data.draw(st.integers(0, len(token) - 1))
    put = data.draw(st.characters())
    changed = token[:at] + put + token[at + 1 :]
    if changed != token:
        # The last character carries two bits that mean nothing.
        assert MARKS.read_refresh(changed) is None or at == len(token) - 1


@given(st.text())
def test_no_other_text_is_believed(text: str) -> None:
    assert MARKS.read_refresh(text) is None
    assert not MARKS.knows_device(text, UserId(uuid7()))


def test_a_key_that_was_replaced_is_still_believed_and_a_removed_one_is_not() -> None:
    renewal = Renewal(SessionId(uuid7()), 1)
    old = MARKS.refresh(renewal)
    both, new = Marks(Keyring({"1": OLD, "2": NEW})), Marks(Keyring({"2": NEW}))
    assert both.read_refresh(old) == renewal
    assert new.read_refresh(old) is None
    assert new.read_refresh(both.refresh(renewal)) == renewal


def test_a_browser_is_known_to_one_account_alone() -> None:
    ines, omar = UserId(uuid7()), UserId(uuid7())
    device = MARKS.device(ines, random=os.urandom(16))
    assert MARKS.knows_device(device, ines)
    assert not MARKS.knows_device(device, omar)


def test_one_kind_is_never_another() -> None:
    user = UserId(uuid7())
    refresh = MARKS.refresh(Renewal(SessionId(user), 0))
    device = MARKS.device(user, random=os.urandom(16))
    assert MARKS.read_refresh(device) is None
    assert not MARKS.knows_device(refresh, user)
    assert MARKS.read_refresh("vtpr_" + device[5:]) is None


@pytest.mark.parametrize(
    ("presented", "seconds", "verdict"),
    [
        (7, 0, Verdict.RENEW),
        (7, 1e6, Verdict.RENEW),
        (6, 0, Verdict.REPEAT),
        (6, 10, Verdict.REPEAT),
        (6, 10.1, Verdict.REUSED),
        (6, -1, Verdict.REUSED),
        (5, 0, Verdict.REUSED),
        (0, 0, Verdict.REUSED),
        (8, 0, Verdict.UNKNOWN),
    ],
)
def test_what_presenting_a_token_means(presented: int, seconds: float, verdict: Verdict) -> None:
    now = AT + timedelta(seconds=seconds)
    assert judge(presented, current=7, renewed_at=AT, now=now, grace=GRACE) is verdict
