"""Texts and meta parts as files like those of `knowledge/content`, and meta parts read from them; language files are read by `loader`."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import yaml

from knowledge.local.record import Meta
from knowledge.model import Source, Translation

_HEAD = ("title", "translated_by", "reviewed_by", "source")
_HEADING = re.compile(r"^(?=\\*## )", re.MULTILINE)
_DATES = {"checked_on", "review_by"}
_SOURCE = {"name", "url", "date"}


class _Dumper(yaml.SafeDumper):
    """Rows of a list begin further in than its name, as the content has it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - as PyYAML calls it
        del indentless
        super().increase_indent(flow, indentless=False)


def text_file(text: Translation) -> str:
    """A language file; `loader.read_translation` gives the same text again."""
    head = {name: value for name in _HEAD if (value := getattr(text, name))}
    body = _escaped(text.answer)
    parts = [f"{body}\n"] if body else []
    if text.details:
        parts.append(f"## details\n{_escaped(text.details)}\n")
    if text.questions:
        parts.append("## questions\n" + "".join(f"- {question}\n" for question in text.questions))
    written = "\n".join(parts)
    return f"---\n{_yaml(head)}---\n{written}" if head or written.startswith("---\n") else written


def _escaped(text: str) -> str:
    return _HEADING.sub(r"\\", text)


def meta_file(meta: Meta) -> str:
    """An `article.yml` of what is said, in the order of the content; `meta_of` gives the same again."""
    said = {field.name: value for field in fields(Meta) if (value := getattr(meta, field.name)) is not None}
    plain = {name: _plain(name, value) for name, value in said.items()}
    return _yaml(plain, flow=None if plain.keys() - _DATES else False)  # None: lists of words in one line, sources a line each


def _plain(name: str, value: Any) -> Any:
    if name == "sources":
        return [{key: said for key, said in vars(source).items() if said is not None} for source in value]
    return value if name in _DATES else list(value)


def _yaml(value: Mapping[str, Any], *, flow: bool | None = False) -> str:
    text: str = yaml.dump(dict(value), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=flow)
    return text


def meta_of(raw: object) -> Meta:
    """The meta part in the fields of an `article.yml`. Raises ValueError that says what is wrong."""
    if not isinstance(raw, Mapping):
        message = "the file must be lines of `name: value`"
        raise ValueError(message)  # noqa: TRY004 - whoever reads a file has one kind of mistake to tell
    known = {field.name for field in fields(Meta)}
    if strange := [str(name) for name in raw if name not in known]:
        message = f"{strange[0]} is no field here"
        raise ValueError(message)
    return Meta(**{name: _value(name, value) for name, value in raw.items() if value is not None})


def _value(name: str, value: object) -> Any:
    if name in _DATES:
        if type(value) is not date:
            message = f"{name} must be a date as 2026-11-21, without quotes"
            raise ValueError(message)
        return value
    if not isinstance(value, list):
        message = f"{name} must be a list"
        raise ValueError(message)  # noqa: TRY004 - as above
    return tuple(map(_source, value)) if name == "sources" else tuple(_word(name, each) for each in value)


def _word(name: str, value: object) -> str:
    if not isinstance(value, str):
        message = f"{name} must be a list of words, not {value!r}"
        raise ValueError(message)  # noqa: TRY004 - as above
    return value


def _source(value: object) -> Source:
    if not isinstance(value, Mapping) or not value.get("name") or not value.keys() <= _SOURCE:
        message = f"a source has a name, perhaps url and date, not {value!r}"
        raise ValueError(message)
    return Source(**{name: _word("a source", said) for name, said in value.items() if said is not None})
