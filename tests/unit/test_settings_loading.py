from __future__ import annotations

from pathlib import Path

import pytest

from vtp.settings import Settings, SettingsError, load


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "vtp.toml"


def test_without_anything_the_defaults_hold() -> None:
    assert load({}) == Settings()
    assert load({"PATH": "/bin", "PGHOST": "db", "VTPX": "1"}) == Settings()


def test_the_environment_goes_before_the_file_and_the_file_before_the_defaults(
    config: Path,
) -> None:
    config.write_text('data = "/srv/file"\n[server]\nport = 1\nhost = "::1"\n')
    found = load({"VTP_CONFIG": str(config), "VTP_SERVER__PORT": "2"})
    assert (found.data, found.server.port, found.server.host) == ("/srv/file", 2, "::1")
    assert found.server.url == ""


def test_what_the_caller_names_goes_before_vtp_config(config: Path, tmp_path: Path) -> None:
    config.write_text("[server]\nport = 1\n")
    assert load({"VTP_CONFIG": str(tmp_path / "absent")}, config).server.port == 1


def test_an_empty_vtp_config_is_none() -> None:
    assert load({"VTP_CONFIG": ""}) == Settings()


def test_the_address_of_the_database_has_a_name_that_everybody_knows() -> None:
    url = "postgresql://vtp@db/vtp"
    assert load({"VTP_DATABASE_URL": url}).database.url == url
    assert load({"VTP_DATABASE__URL": url}).database.url == url


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ()),
        ("10.0.0.0/8", ("10.0.0.0/8",)),
        ("10.0.0.0/8, 192.168.0.0/16 ,", ("10.0.0.0/8", "192.168.0.0/16")),
    ],
)
def test_lists_are_written_with_commas(text: str, value: tuple[str, ...]) -> None:
    assert load({"VTP_SERVER__TRUSTED_PROXIES": text}).server.trusted_proxies == value


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False)]
)
def test_yes_and_no_in_the_environment(text: str, value: bool) -> None:
    assert load({"VTP_AUTH__OPEN_REGISTRATION": text}).auth.open_registration is value


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"VTP_SERVER__PORT": "eighty"}, r"\$\.server\.port"),
        ({"VTP_SERVER__PORT": "99999"}, r"\$\.server\.port"),
        ({"VTP_SERVER__PORT": "-1"}, r"\$\.server\.port"),
        ({"VTP_SERVER__PORT": ""}, r"\$\.server\.port"),
        ({"VTP_LOG__LEVEL": "loud"}, r"\$\.log\.level"),
        ({"VTP_AUTH__OPEN_REGISTRATION": "maybe"}, r"\$\.auth\.open_registration"),
        ({"VTP_SERVER__PROT": "80"}, r"prot.*\$\.server"),
        ({"VTP_SERVER__URL": "class.example.org"}, r"https://.*\$\.server"),
        ({"VTP_SERVER__URL": "ftp://class.example.org"}, r"https://.*\$\.server"),
        ({"VTP_SERVER__URL": "https://class.example.org/vtp"}, r"https://.*\$\.server"),
        ({"VTP_SERVER__URL": "https://[::1"}, r"\$\.server"),
        ({"VTP_SERVER__TRUSTED_PROXIES": "10.0.0.0/8,proxy"}, r"proxy.*\$\.server"),
        ({"VTP_SERVER__MAX_BODY": "-1"}, r"\$\.server\.max_body"),
        ({"VTP_DATABASE__MIN_CONNECTIONS": "11"}, r"min_connections.*\$\.database"),
        ({"VTP_DATABASE__MAX_CONNECTIONS": "0"}, r"\$\.database\.max_connections"),
        ({"VTP_DATABASE__STATEMENT_TIMEOUT": "0"}, r"\$\.database\.statement_timeout"),
        ({"VTP_SOCKETS__SWEEP": "nan"}, r"\$\.sockets\.sweep"),
        ({"VTP_SOCKETS__SWEEP": "inf"}, r"\$\.sockets\.sweep"),
        ({"VTP_AUTH__ACCESS_LIFETIME": "901"}, r"\$\.auth\.access_lifetime"),
        ({"VTP_AUTH__HASH_THREADS": "0"}, r"\$\.auth\.hash_threads"),
        ({"VTP_JOBS__CONCURRENCY": "0"}, r"\$\.jobs\.concurrency"),
        ({"VTP_MEDIA__PORT": "65536"}, r"\$\.media\.port"),
        ({"VTP_MEDIA__GSO": "on"}, r"\$\.media\.gso"),
        ({"VTP_MEDIA__BUFFER": "0"}, r"\$\.media\.buffer"),
        ({"VTP_MEDIA__HANDSHAKE_TIMEOUT": "0"}, r"\$\.media\.handshake_timeout"),
        ({"VTP_MEDIA__HANDSHAKES": "0"}, r"\$\.media\.handshakes"),
        ({"VTP_MEDIA__CONSENT_TIMEOUT": "0"}, r"\$\.media\.consent_timeout"),
        ({"VTP_MEDIA__SILENCE_TIMEOUT": "-1"}, r"\$\.media\.silence_timeout"),
        ({"VTP_MEDIA__SWEEP": "0"}, r"\$\.media\.sweep"),
        ({"VTP_MEDIA__CAPACITY": "-1"}, r"\$\.media\.capacity"),
        ({"VTP_MEDIA__PUBLISH_BITS": "0"}, r"\$\.media\.publish_bits"),
        ({"VTP_MEDIA__PUBLISH_PACKETS": "0"}, r"\$\.media\.publish_packets"),
        ({"VTP_MEDIA__QUIET_FROM": "-1"}, r"\$\.media\.quiet_from"),
        ({"VTP_MEDIA__TURN_LIFETIME": "0"}, r"\$\.media\.turn_lifetime"),
        ({"VTP_ROOMS__PARTICIPANTS": "0"}, r"\$\.rooms\.participants"),
        ({"VTP_ROOMS__DEVICES": "0"}, r"\$\.rooms\.devices"),
        ({"VTP_ROOMS__AWAY_AFTER": "-1"}, r"\$\.rooms\.away_after"),
        ({"VTP_ROOMS__EMPTY_FOR": "-1"}, r"\$\.rooms\.empty_for"),
        ({"VTP_ROOMS__LONGEST_OUTAGE": "nan"}, r"\$\.rooms\.longest_outage"),
        ({"VTP_ROOMS__NEWS_INTERVAL": "-0.1"}, r"\$\.rooms\.news_interval"),
        ({"VTP_ROOMS__SWEEP": "0"}, r"\$\.rooms\.sweep"),
        ({"VTP_ROOMS__RECHECK_INTERVAL": "0"}, r"\$\.rooms\.recheck_interval"),
        ({"VTP_ROOMS__DRAIN_LIMIT": "inf"}, r"\$\.rooms\.drain_limit"),
        ({"VTP_ATTENDANCE__FLUSH_INTERVAL": "0"}, r"\$\.attendance\.flush_interval"),
        ({"VTP_ATTENDANCE__MOST_WAITING": "0"}, r"\$\.attendance\.most_waiting"),
        ({"VTP_SERVRE__PORT": "80"}, "servre"),
        ({"VTP_SERVER_PORT": "80"}, "server_port"),
        ({"VTP_PORT": "80"}, "port"),
    ],
)
def test_what_is_unknown_or_unusable_is_refused_by_its_place(
    environ: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        load(environ)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[server]\nprot = 80\n", r"prot.*\$\.server"),
        ("[srever]\nport = 80\n", "srever"),
        ('[server]\nport = "eighty"\n', r"\$\.server\.port"),
        ("[server]\nhosts = 5\n", r"\$\.server\.hosts"),
        ("server = 5\n", r"\$\.server"),
        ("[server\n", r"vtp\.toml.*line 1"),
        ("[server]\nport = 1\nport = 2\n", r"vtp\.toml.*line 3"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(config: Path, text: str, named: str) -> None:
    config.write_text(text)
    with pytest.raises(SettingsError, match=named):
        load({}, config)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read .*absent\.toml: No such file"):
        load({"VTP_CONFIG": str(tmp_path / "absent.toml")})


def test_an_error_does_not_quote_the_value(config: Path) -> None:
    config.write_text('[server]\nport = "Kanarienvogel"\n')
    with pytest.raises(SettingsError) as from_file:
        load({}, config)
    with pytest.raises(SettingsError) as from_environment:
        load({"VTP_SERVER__PORT": "Kanarienvogel"})
    assert "Kanarienvogel" not in f"{from_file.value}{from_environment.value}"


def test_what_belongs_to_others_is_no_setting() -> None:
    for name in ("VTP_TEST_NO_SKIP", "VTP_BENCH_SECONDS", "VTP_CHILD_OF"):
        assert load({name: "1"}) == Settings()


def test_recordings_move_with_the_data_unless_they_have_a_place_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load({}).recordings_dir == tmp_path / "recordings"
    assert load({"VTP_DATA": "/srv/vtp"}).recordings_dir == Path("/srv/vtp/recordings")
    both = load({"VTP_DATA": "/srv/vtp", "VTP_RECORDINGS": "/big/disk"})
    assert both.recordings_dir == Path("/big/disk")
    assert both.data_dir == Path("/srv/vtp")
    assert both.secrets_dir == Path("/srv/vtp/secrets")


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/teacher")
    assert load({"VTP_DATA": "~/vtp"}).data_dir == Path("/home/teacher/vtp")
