"""The command `vtp`: reads arguments and settings and calls the program that was asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from vtp import __version__, resources, settings
from vtp.secretfiles import SecretFileError
from vtp.serve import command, database
from vtp.serve.errors import MUST_BE_CHANGED, CannotServe


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    environ = dict(os.environ)
    if arguments.config:
        environ["VTP_CONFIG"] = arguments.config
    if arguments.data:
        environ["VTP_DATA"] = arguments.data
    try:
        return int(arguments.run(arguments, environ))
    except (settings.SettingsError, CannotServe, SecretFileError) as error:
        sys.stderr.write(f"vtp: {error}\n")
        return MUST_BE_CHANGED
    except KeyboardInterrupt:
        return 130


def _serve(arguments: argparse.Namespace, environ: dict[str, str]) -> int:
    wishes = command.Wishes(demo=arguments.demo, lan=arguments.lan, dev=arguments.dev)
    return command.serve(environ, wishes)


# Each imports the application only when it is run, so that the supervisor stays small.


def _web(_arguments: argparse.Namespace, environ: dict[str, str]) -> int:
    chosen = database.named(settings.load(environ))
    from vtp import app

    return app.run_web(chosen)


def _work(_arguments: argparse.Namespace, environ: dict[str, str]) -> int:
    chosen = database.named(settings.load(environ))
    from vtp import app

    return app.run_work(chosen)


def _record(_arguments: argparse.Namespace, environ: dict[str, str]) -> int:
    from vtp import app

    return app.run_record(settings.load(environ))


def _migrate(arguments: argparse.Namespace, environ: dict[str, str]) -> int:
    from vtp import app

    with database.reached(settings.load(environ)) as chosen:
        return app.migrate(chosen, back_to=arguments.back_to)


def _demo(_arguments: argparse.Namespace, environ: dict[str, str]) -> int:
    from vtp import app

    with database.reached(settings.load(environ)) as chosen:
        return app.demo(chosen)


def _check(arguments: argparse.Namespace, environ: dict[str, str]) -> int:
    from vtp import app

    with database.reached(settings.load(environ)) as chosen:
        return app.check(chosen, media=arguments.media)


def _user(arguments: argparse.Namespace, environ: dict[str, str]) -> int:
    from vtp import app

    with database.reached(settings.load(environ)) as chosen:
        return app.user(
            chosen,
            action=arguments.action,
            email=arguments.email,
            name=arguments.name,
            roles=arguments.roles,
            make_password=arguments.make_password,
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vtp", description="Live classes, recordings, courses and attendance for a school."
    )
    parser.add_argument("--version", action="version", version=f"vtp {__version__}")
    parser.add_argument("--settings", action=_ShowSettings, help="show every setting, in TOML")
    _common(parser, default=None)
    commands = parser.add_subparsers(required=True, metavar="command")

    serve = commands.add_parser("serve", help="run everything until it is stopped")
    serve.add_argument("--demo", action="store_true", help="with demo accounts, on this machine")
    serve.add_argument("--lan", action="store_true", help="for this network, with https")
    serve.add_argument("--dev", action="store_true", help="start afresh when a source file changes")
    serve.set_defaults(run=_serve)

    user = commands.add_parser("user", help="add people, give them roles or a new password")
    user.add_argument("action", choices=["add", "roles", "password", "disable", "enable", "list"])
    user.add_argument("--email", default="")
    user.add_argument("--name", default="", help="how others see this person")
    user.add_argument("--roles", default="", help="admin,instructor,…")
    user.add_argument("--make-password", action="store_true", help="make one and show it once")
    user.set_defaults(run=_user)

    check = commands.add_parser("check", help="say whether everything needed is in order")
    check.add_argument("--media", metavar="FILE", default="", help="say what is in a media file")
    check.set_defaults(run=_check)

    migrate = commands.add_parser("migrate", help="bring the database up to this version")
    migrate.add_argument(
        "--back-to", metavar="REVISION", default="", help="take back what came later, data and all"
    )
    migrate.set_defaults(run=_migrate)

    for name, run, what in (
        ("web", _web, "only the web server; the database is named in VTP_DATABASE_URL"),
        ("record", _record, "only the recorder, beside a web server with the same folders"),
        ("work", _work, "only the background jobs"),
        ("demo", _demo, "fill in the demo data"),
    ):
        commands.add_parser(name, help=what).set_defaults(run=run)
    for sub in commands.choices.values():
        _common(sub, default=argparse.SUPPRESS)
    return parser


class _ShowSettings(argparse.Action):
    """Who installed by pip has no other place to read them."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **more)

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: Any) -> None:
        sys.stdout.write(resources.sample_config().read_text("utf-8"))
        parser.exit()


def _common(parser: argparse.ArgumentParser, *, default: str | None) -> None:
    parser.add_argument("--config", metavar="FILE", default=default, help="settings, in TOML")
    parser.add_argument("--data", metavar="DIR", default=default, help="where everything is kept")


if __name__ == "__main__":
    sys.exit(main())
