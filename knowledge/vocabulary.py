"""The closed lists that articles draw from: office kinds, audiences, actions, topics; their names for readers are in `dialogs`."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from knowledge.loader import read_yaml
from store.errors import ContentError

OFFICE_KINDS = frozenset(
    {
        "adult_education_centre",
        "employment_agency",
        "health_office",
        "housing_office",
        "immigration_office",
        "integration_management",
        "jobcenter",
        "kita",
        "local_court",
        "migration_advice",
        "psychosocial_centre",
        "reception_centre",
        "registration_office",
        "school",
        "social_office",
        "women_help",
        "youth_office",
    }
)
AUDIENCES = frozenset({"everyone", "asylum_seekers", "recognised", "tolerated", "ukraine", "women", "parents", "youth"})
COURSE_TYPES = frozenset({"literacy", "integration", "women", "youth", "job", "state", "orientation"})
ACTION = re.compile(
    rf"(?P<course>find_course(?::type=(?:{'|'.join(sorted(COURSE_TYPES))}))?)|(?P<book>book:service=advice)"
    r"|call:(?P<call>\w+)|open:(?P<open>https://\S+)"
)


def load_topics(root: Path) -> dict[str, str]:
    """What a person wants to know, by article id (`group/slug`), in the order of the menu; raises ContentError."""
    raw = read_rows(root / "topics.yml")
    return {f"{group}/{slug}": wish for group, topics in raw.items() for slug, wish in topics.items()}


def read_rows(path: Path, *, needed: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """A YAML file of rows by name, each with the fields `needed`; raises ContentError."""
    raw = read_yaml(path)
    rows = raw.items() if isinstance(raw, dict) else [("the file", None)]
    wrong = [str(name) for name, row in rows if not isinstance(row, dict) or not row.keys() >= set(needed)]
    if wrong:
        message = "{file}: {names}: a row must have its fields {needed}"
        raise ContentError(message, file=path, names=", ".join(wrong), needed=", ".join(needed))
    return dict(rows)
