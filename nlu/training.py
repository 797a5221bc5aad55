"""Learns everything from examples and their vectors, in a process of its own: the server never loads scikit-learn. `brain` asks for it.

`python -m nlu.training JOB RESULT`: JOB is a folder with `examples.json` and `vectors.npy`, RESULT the file to write.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.artifacts import Learned, save
from nlu.classifier import Classifier
from nlu.embedding import Vectors
from nlu.model import Example
from store.errors import UnavailableError


async def train(examples: Sequence[Example], vectors: Vectors, *, content: str, result: Path) -> None:
    """Learn from `examples` with their `vectors` (n, 384; all zero: without the engine) and write `result`.

    Raises UnavailableError with the last words of the process if it fails.
    """
    with tempfile.TemporaryDirectory(prefix="lotse-training-") as folder:
        job = Path(folder)
        rows = [[example.text, example.language, example.label] for example in examples]
        (job / "examples.json").write_text(json.dumps({"content": content, "examples": rows}))
        np.save(job / "vectors.npy", vectors)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "nlu.training", folder, str(result), env=_environment(), stderr=asyncio.subprocess.PIPE
        )
        try:
            _, complaint = await process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        message = "training failed: {reason}"
        raise UnavailableError(message, reason=complaint.decode(errors="replace").strip()[-300:])


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parent.parent)
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def learn(examples: Sequence[Example], vectors: Vectors, *, content: str) -> Learned:
    """Cross-validate for calibration, then fit on everything. Imports scikit-learn."""
    from nlu import calibrate, fit, language  # noqa: PLC0415 - scikit-learn is loaded only here

    held = fit.cross_validate(examples, vectors)
    fitted = fit.fit(examples, vectors)
    classifier = Classifier(
        classes=fitted.classes,
        network=fitted.network,
        neighbours=fitted.neighbours,
        ngrams=fitted.ngrams,
        heads=calibrate.heads(examples, held),
    )
    spoken = language.learn([example.text for example in examples], [example.language for example in examples])
    return Learned(content=content, classifier=classifier, languages=spoken)


def main(job: str, result: str) -> None:
    """Read the job, learn, write the result."""
    order = json.loads((Path(job) / "examples.json").read_text())
    examples = [Example(text=text, language=code, label=label) for text, code, label in order["examples"]]
    save(learn(examples, np.load(Path(job) / "vectors.npy"), content=order["content"]), Path(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
