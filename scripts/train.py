"""Learns from the articles' questions and nlu's own messages and writes `nlu/model/`: `python -m scripts.train [CACHE] [FOLDS]`.

Run it after content or training messages changed; it needs PyTorch (`scripts.encoder`). For each fold an encoder is tuned that does not
see the messages it is then tried on, and one for all. What is done is kept in the cache (default `var/nlu`): after an interruption it
goes on. With fewer than four folds the calibration rests on fewer messages.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.app import examples
from knowledge import loader
from nlu import artifacts, calibrate, corpus, embedding, fit, held_out, language, weights
from nlu.classifier import Classifier, Floats, Head
from nlu.fit import Fitted, Rows
from nlu.model import Example
from nlu.network import Network
from nlu.text import prepare

if TYPE_CHECKING:
    from scripts.encoder import Tuned


def main(cache: Path, count: int) -> None:
    """Learn and put it where it is shipped from."""
    started = time.perf_counter()
    articles = examples(loader.load())
    content = artifacts.content_hash(articles, corpus.own_files())
    pool = corpus.pooled(articles, corpus.own_examples())
    plain = asyncio.run(embedding.embed_all([each.text for each in pool], cache=cache, progress=show))
    folds = fit.folds(pool)[:count]
    classes = tuple(sorted({each.label for each in pool}))
    held = []
    for number, (seen, unseen) in enumerate(folds):
        tuned = tune(pool, plain, seen, file=cache / f"tuned-{content[:12]}-{number}.npz")
        vectors = np.concatenate([plain, tuned.vectors], axis=1)
        fitted = fit.fit([pool[at] for at in seen], vectors[seen], tuned=tuned.network)
        held.append(fit.held(fitted, [pool[at] for at in unseen], vectors[unseen], classes=classes))
        say(f"fold {number + 1} of {len(folds)} done after {time.perf_counter() - started:.0f} s")
    every = tune(pool, plain, np.arange(len(pool)), file=cache / f"tuned-{content[:12]}-all.npz")
    fitted = fit.fit(pool, np.concatenate([plain, every.vectors], axis=1), tuned=every.network)
    rows = np.concatenate([unseen for _, unseen in folds])
    tried, scores = [pool[at] for at in rows], fit.joined(held)
    heads = calibrate.heads(tried, scores)
    embedding.ENCODER.write_bytes(encoder_file(every.layers, pool))
    write(content, pool, fitted, heads)
    chances = {engine: calibrate.chances(tried, scores, head) for engine, head in heads.items()}
    held_out.save(held_out.kept(content, rows, chances), weights.SHIPPED / held_out.FILE)
    say(f"{weights.SHIPPED} written after {time.perf_counter() - started:.0f} s")


def tune(pool: list[Example], plain: Floats, seen: Rows, *, file: Path) -> "Tuned":
    """The encoder tuned on the messages in rows `seen`, from `file` if that was done before."""
    from scripts import encoder  # noqa: PLC0415 - loads PyTorch

    if not file.exists():
        classes, columns = np.unique([each.label for each in pool], return_inverse=True)
        done = encoder.tune(guarded(pool), columns, plain, classes=len(classes), seen=seen)
        np.savez(file, layers=np.frombuffer(done.layers, np.uint8), vectors=done.vectors, **vars(done.network))
    with np.load(file) as known:
        network = Network(**{name: known[name] for name in ("centre", "hidden", "hidden_bias", "weights", "bias")})
        return encoder.Tuned(layers=known["layers"].tobytes(), vectors=known["vectors"], network=network)


def encoder_file(layers: bytes, pool: list[Example]) -> bytes:
    """The file of the tuned encoder."""
    from scripts import encoder  # noqa: PLC0415 - loads PyTorch

    return encoder.file(layers, guarded(pool))


def guarded(pool: list[Example]) -> list[str]:
    """Messages as the engine is given them."""
    return [prepare(each.text).replace("\n", " ")[: embedding.LONGEST["message"]] for each in pool]


def write(content: str, pool: list[Example], fitted: Fitted, heads: dict[str, Head]) -> None:
    """The models and their calibration."""
    classifier = Classifier(classes=fitted.classes, plain=fitted.plain, tuned=fitted.tuned, ngrams=fitted.ngrams, heads=heads)
    spoken = language.learn([each.text for each in pool], [each.language for each in pool])
    artifacts.save(artifacts.Learned(content=content, classifier=classifier, languages=spoken), weights.SHIPPED / artifacts.FILE)


def show(done: int, of: int) -> None:
    """How far reading the messages is, on one line."""
    sys.stderr.write(f"\r{done} of {of} messages")


def say(line: str) -> None:
    """One line for whoever waits."""
    sys.stderr.write(f"\n{line}\n")


if __name__ == "__main__":
    where, count, *_ = [*sys.argv[1:], *("var/nlu", str(fit.FOLDS))[len(sys.argv) - 1 :]]
    main(Path(where), int(count))
