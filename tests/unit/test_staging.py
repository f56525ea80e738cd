"""Who is on the stage of a recording."""

from __future__ import annotations

import pytest

from vtp.recordings.staging import Staging


@pytest.fixture
def stage() -> Staging:
    made = Staging()
    made.began("ada's", "ada", on=True)
    made.turn(10.0)
    return made


def test_the_first_camera_is_on_the_stage_at_once(stage: Staging) -> None:
    assert (stage.track, stage.due) == ("ada's", None)


def test_who_speaks_is_on_the_stage_two_seconds_later(stage: Staging) -> None:
    stage.began("noor's", "noor", on=True)
    assert not stage.turn(11.0)
    stage.speaks("noor")
    assert not stage.turn(20.0)
    assert stage.due == 22.0
    assert stage.turn(22.0)
    assert stage.track == "noor's"
    stage.speaks(None)
    assert not stage.turn(40.0)


def test_whom_the_hosts_show_to_everybody_stays_whoever_speaks(stage: Staging) -> None:
    stage.began("noor's", "noor", on=True)
    stage.kept_large({"noor", "without a camera"})
    stage.turn(20.0)
    assert stage.turn(22.0)
    stage.speaks("ada")
    assert not stage.turn(30.0)
    assert stage.track == "noor's"
    stage.kept_large(())
    stage.turn(31.0)
    assert stage.turn(33.0)
    assert stage.track == "ada's"


def test_a_word_thrown_in_moves_nobody(stage: Staging) -> None:
    stage.began("noor's", "noor", on=True)
    stage.speaks("noor")
    stage.turn(20.0)
    stage.speaks("ada")
    stage.turn(21.0)
    stage.speaks("noor")
    stage.turn(21.5)
    assert not stage.turn(22.5)
    assert stage.turn(23.5)


def test_who_leaves_or_turns_the_camera_off_is_replaced_at_once(stage: Staging) -> None:
    stage.began("noor's", "noor", on=True)
    stage.held("ada's", on=False)
    assert stage.turn(20.0)
    assert stage.track == "noor's"
    stage.ended("noor's")
    assert stage.turn(20.1)
    assert stage.track == ""
    stage.held("ada's", on=True)
    assert stage.turn(20.2)
    assert stage.track == "ada's"


def test_who_speaks_without_a_camera_moves_nobody(stage: Staging) -> None:
    stage.speaks("someone")
    assert not stage.turn(60.0)
    assert stage.due is None
