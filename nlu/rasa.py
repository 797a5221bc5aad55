"""Reads training messages from Rasa NLU YAML (version 3.1); which files there are and what is learned from them lives in `training`."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from nlu.model import Example
from store.errors import ContentError

VERSION = "3.1"
_UNREADABLE = "{file}: cannot be read: {reason}"
_MISTAKE = "{file}:{line}: {reason}"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path, *, language: str) -> list[Example]:
    """All examples of one file in the order of the file.

    Raises ContentError with file and line for YAML that is broken or not of this shape.
    """
    root = _compose(path)
    fields = _fields(path, root)
    if "version" not in fields or fields["version"].value != VERSION:
        raise _error(path, root, 'version must be "3.1"')
    if "nlu" not in fields or not isinstance(fields["nlu"], yaml.SequenceNode):
        raise _error(path, root, "a list `nlu` is missing")
    return [example for node in fields["nlu"].value for example in _intent(path, node, language)]


def _compose(path: Path) -> yaml.Node:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(_UNREADABLE, file=str(path), line=0, reason=str(error)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ContentError(_MISTAKE, file=str(path), line=line, reason=error.problem) from error
    if root is None:
        raise ContentError(_MISTAKE, file=str(path), line=1, reason="the file is empty")
    return root


def _fields(path: Path, node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _error(path, node, "keys and values are expected here")
    return {key.value: value for key, value in node.value}


def _intent(path: Path, node: yaml.Node, language: str) -> Iterator[Example]:
    fields = _fields(path, node)
    if "intent" not in fields or not isinstance(fields["intent"], yaml.ScalarNode):
        raise _error(path, node, "an intent needs a name")
    examples = fields.get("examples")
    if not isinstance(examples, yaml.ScalarNode):
        raise _error(path, node, "an intent needs a text block `examples: |`")
    for offset, line in enumerate(examples.value.split("\n"), start=1):
        if text := line.strip():
            yield Example(text=_dashed(path, examples, offset, text), language=language, label=fields["intent"].value)


def _dashed(path: Path, node: yaml.Node, offset: int, text: str) -> str:
    body = text[1:].strip()
    if not text.startswith("-") or not body:
        raise _error(path, node, "an example starts with `- `", offset=offset)
    return body


def _error(path: Path, node: yaml.Node, reason: str, *, offset: int = 0) -> ContentError:
    return ContentError(_MISTAKE, file=str(path), line=node.start_mark.line + 1 + offset, reason=reason)
