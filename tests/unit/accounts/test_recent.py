"""What was proved in the last second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vtp.accounts.service.recent import Recent


def a_recent(entries: int = 100) -> Recent[str]:
    return Recent(age=1.0, entries=entries)


def test_it_is_kept_for_a_second_from_when_it_was_asked() -> None:
    recent = a_recent()
    recent.keep("key", "value", asked_at=10.0, epoch=0)
    assert recent.get("key", now=10.9) == "value"
    assert recent.get("key", now=11.0) is None


def test_what_was_asked_before_an_ending_is_not_kept_after_it() -> None:
    recent = a_recent()
    epoch = recent.epoch
    recent.forget()
    recent.keep("key", "value", asked_at=10.0, epoch=epoch)
    assert recent.get("key", now=10.0) is None


def test_forgetting_is_at_once() -> None:
    recent = a_recent()
    recent.keep("key", "value", asked_at=10.0, epoch=recent.epoch)
    recent.forget()
    assert recent.get("key", now=10.0) is None


@given(st.lists(st.integers(0, 20)))
def test_it_holds_the_newest_and_no_more_than_it_may(keys: list[int]) -> None:
    recent = a_recent(entries=5)
    for at, key in enumerate(keys):
        recent.keep(key, str(key), asked_at=float(at), epoch=0)
    assert len(recent) == min(5, len(set(keys)))
    if keys:
        assert recent.get(keys[-1], now=len(keys) - 1.0) == str(keys[-1])
