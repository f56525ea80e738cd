from __future__ import annotations

from pathlib import Path

import pytest

from vtp.blob.places import InBucket, InFolder, InMemory, Place, place_of
from vtp.settings import SettingsError

DATA = Path("/var/lib/vtp")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("file:", InFolder(DATA / "blobs")),
        ("file:media", InFolder(DATA / "media")),
        ("file:a/b%20c", InFolder(DATA / "a" / "b c")),
        ("file:///srv/vtp", InFolder(Path("/srv/vtp"))),
        ("file:/srv/vtp", InFolder(Path("/srv/vtp"))),
        ("file://localhost/srv/vtp", InFolder(Path("/srv/vtp"))),
        ("memory:", InMemory()),
        ("memory://", InMemory()),
        ("s3://media", InBucket("media", "")),
        ("s3://media/", InBucket("media", "")),
        ("s3://my.bucket-1/school/a", InBucket("my.bucket-1", "school/a/")),
    ],
)
def test_a_url_says_where_the_blobs_are(url: str, place: Place) -> None:
    assert place_of(url, data_dir=DATA) == place


@pytest.mark.parametrize(
    "url",
    [
        "", "blobs", "/srv/vtp", "http://x/y", "file://elsewhere/x", "file:../x", "file:a/../../x",
        "file:a%00b", "s3:", "s3://", "s3://x", "s3://bad_bücket", "s3://bucket/../x", "memory:x",
        "s3://bucket//x", "s3://key:secret@bucket/x", "s3://bucket/x?y", "file:x#y",
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_by_its_setting(url: str) -> None:
    with pytest.raises(SettingsError, match=r"blob\.url") as refused:
        place_of(url, data_dir=DATA)
    assert "secret" not in str(refused.value)
