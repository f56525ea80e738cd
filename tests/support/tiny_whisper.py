"""A Whisper model of a few megabytes, whose weights are drawn at random: it hears, and says nonsense.

Run as a program with the extra `transcribe` on its path: `python -m tests.support.tiny_whisper DIR`.
The files are those of a model that was converted for faster-whisper, so the real code loads it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

# Whisper takes a vocabulary of this size for one of many languages, and asks which it is.
_TOKENS = 51_866
_STAMPS = 1_501
_WIDTH, _HEADS, _MELS = 16, 2, 80
_TASKS = ("translate", "transcribe", "startoflm", "startofprev", "nocaptions", "notimestamps")


def tokens(letters: list[str], languages: list[str]) -> list[str]:
    """Words, then what steers, then times, as Whisper has them."""
    said = ["endoftext", "startoftranscript", *languages, *_TASKS]
    words = [f"Ġw{n}" for n in range(_TOKENS - _STAMPS - len(said) - len(letters))]
    return [
        *letters,
        *words,
        *(f"<|{one}|>" for one in said),
        *(f"<|{n * 0.02:.2f}|>" for n in range(_STAMPS)),
    ]


def _shape(name: str) -> tuple[int, ...]:
    """Of a weight by its name in the specification."""
    wide = _WIDTH
    of = {
        "encoder/conv1/weight": (wide, _MELS, 3),
        "encoder/conv2/weight": (wide, wide, 3),
        "encoder/position_encodings/encodings": (1_500, wide),
        "decoder/position_encodings/encodings": (448, wide),
        "decoder/embeddings/weight": (_TOKENS, wide),
        "decoder/projection/weight": (_TOKENS, wide),
    }
    if name in of:
        return of[name]
    *_, layer, part = name.split("/")
    rows = {"linear_0": 4 * wide if "ffn" in name else 3 * wide, "linear_1": wide, "linear_2": wide}
    if "/attention/" in name:
        rows |= {"linear_0": wide, "linear_1": 2 * wide}
    high = rows.get(layer, wide)
    if part != "weight":
        return (high,)
    return (high, 4 * wide if "ffn" in name and layer == "linear_1" else wide)


def make(folder: Path) -> None:
    import numpy as np
    import tokenizers
    from ctranslate2.specs.model_spec import visit_spec
    from ctranslate2.specs.whisper_spec import WhisperSpec
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    folder.mkdir(parents=True, exist_ok=True)
    words = tokens(sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()), list(_LANGUAGE_CODES))
    spec = WhisperSpec(1, _HEADS, 1, _HEADS)
    drawn = np.random.default_rng(7)

    def fill(layer: Any, path: str, value: Any) -> None:
        """What may stay away stays away, but for what is added."""
        name = path.rpartition("/")[2]
        if value is None or name in {"bias", "encodings"}:
            numbers = drawn.normal(0, 0.4, _shape(path)).astype("float32")
            setattr(layer, name, numbers + np.float32(name == "gamma"))

    visit_spec(spec, fill)
    spec.register_vocabulary(words)
    first = words.index("<|startoftranscript|>") + 1
    spec.config.lang_ids = list(range(first, first + len(_LANGUAGE_CODES)))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [words.index("<|endoftext|>")]
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.save(str(folder))
    model = tokenizers.models.BPE({word: n for n, word in enumerate(words)}, [])
    made = tokenizers.Tokenizer(model)
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    made.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": _MELS}))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
