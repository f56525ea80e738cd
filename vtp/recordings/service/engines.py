"""The engine that writes down what is said, as the settings name it, and what it lacks."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vtp import settings
from vtp.media.pack.speech import MODEL
from vtp.recordings.kinds import Transcriber

# Those that we know: the function that a child calls, and the package that the extra brings.
_KNOWN = {"faster-whisper": ("vtp.media.pack.inside.whispering:transcribe", "faster_whisper")}
# Files of a model; a folder with more is none, and a child opens no more than 64.
_MOST_FILES = 24
# What faster-whisper needs of one, as it was converted for it; the other names are alternatives.
# Where the tokenizer is missing it would look for one in the network, where a child has none.
_NEEDED = (
    ("model.bin",),
    ("config.json",),
    ("tokenizer.json",),
    ("vocabulary.json", "vocabulary.txt"),
)
_TAKEN = {*(name for each in _NEEDED for name in each), "preprocessor_config.json"}


@dataclass(frozen=True, slots=True)
class Engine:
    function: str = ""
    state: Transcriber = "unset"
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def modules(self) -> tuple[str, ...]:
        """What a child may import for it, beside what is ours."""
        module = self.function.partition(":")[0]
        return (module,) if self.state == "ready" else ()


NO_ENGINE = Engine()


def engine_of(options: settings.Processing) -> Engine:
    """Blocking: looks at the disk, once at the start."""
    name = options.transcriber
    if not name:
        return NO_ENGINE
    function, package = _KNOWN.get(name, (name, name.partition(":")[0]))
    if not _there(package):
        return Engine(function, "not_installed")
    if not options.transcriber_model:
        return Engine(function, "ready" if name not in _KNOWN else "no_model")
    files = _model(Path(options.transcriber_model).expanduser(), known=name in _KNOWN)
    return Engine(function, "ready" if files else "no_model", files)


def _there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def _model(folder: Path, *, known: bool) -> dict[str, Path]:
    found = {one.name: one for one in sorted(folder.glob("*")) if one.is_file()}
    if known:
        if not all(any(name in found for name in each) for each in _NEEDED):
            return {}
        found = {name: one for name, one in found.items() if name in _TAKEN}
    return (
        {f"{MODEL}{name}": one for name, one in found.items()} if len(found) <= _MOST_FILES else {}
    )
