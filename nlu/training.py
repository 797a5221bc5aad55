"""Learns from examples and their vectors, in a process of its own: the server never loads scikit-learn. `weights` asks for it.

Only the models are fitted anew. How the evidence is weighed is given: that takes cross-validation (`scripts.train`).

`python -m nlu.training JOB RESULT`: JOB is a folder with `job.json` and `vectors.npy`, RESULT the file to write.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from nlu.artifacts import Learned, head, save
from nlu.classifier import Classifier, Head
from nlu.embedding import Vectors
from nlu.model import Example
from store.errors import UnavailableError


async def train(examples: Sequence[Example], vectors: Vectors, *, heads: Mapping[str, Head], content: str, result: Path) -> None:
    """Learn from `examples` with their `vectors` (n, 768; all zero: without the engine) and write `result`.

    Raises UnavailableError with the last words of the process if it fails.
    """
    with tempfile.TemporaryDirectory(prefix="lotse-training-") as folder:
        job = Path(folder)
        rows = [[example.text, example.language, example.label] for example in examples]
        weighing = {name: asdict(each) for name, each in heads.items()}
        (job / "job.json").write_text(json.dumps({"content": content, "examples": rows, "heads": weighing}))
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


def learn(examples: Sequence[Example], vectors: Vectors, *, heads: Mapping[str, Head], content: str) -> Learned:
    """Fit the models; `heads` weigh what they say. Imports scikit-learn."""
    from nlu import fit, language  # noqa: PLC0415 - scikit-learn is loaded only here

    fitted = fit.fit(examples, vectors)
    classifier = Classifier(classes=fitted.classes, plain=fitted.plain, tuned=fitted.tuned, ngrams=fitted.ngrams, heads=heads)
    spoken = language.learn([example.text for example in examples], [example.language for example in examples])
    return Learned(content=content, classifier=classifier, languages=spoken)


def main(job: str, result: str) -> None:
    """Read the job, learn, write the result."""
    order = json.loads((Path(job) / "job.json").read_text())
    examples = [Example(text=text, language=code, label=label) for text, code, label in order["examples"]]
    heads = {name: head(parts) for name, parts in order["heads"].items()}
    save(learn(examples, np.load(Path(job) / "vectors.npy"), heads=heads, content=order["content"]), Path(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
