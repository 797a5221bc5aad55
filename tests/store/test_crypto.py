"""Sealing: what is sealed opens with any of the keys, for its purpose alone, and never stands readable in what is stored."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.crypto import Keyring, blind_index, load_or_create_key, parse_keys
from store.errors import ConfigurationError, SealError

OLD, NEW = b"o" * 32, b"n" * 32


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    ring = Keyring([NEW])
    assert ring.open(ring.seal(text, purpose="message"), purpose="message") == text


def test_an_old_key_still_opens_and_the_new_one_seals() -> None:
    old = Keyring([OLD]).seal("سلام", purpose="message")
    both = Keyring([NEW, OLD])
    assert both.open(old, purpose="message") == "سلام"
    assert not both.is_current(old)
    assert both.is_current(both.seal("x", purpose="message"))


def test_a_missing_key_another_purpose_or_a_changed_byte_is_refused() -> None:
    sealed = Keyring([OLD]).seal("text", purpose="message")
    for ring, value, purpose in (
        (Keyring([NEW]), sealed, "message"),
        (Keyring([OLD]), sealed, "state"),
        (Keyring([OLD]), sealed[:-1] + bytes([sealed[-1] ^ 1]), "message"),
        (Keyring([OLD]), b"", "message"),
    ):
        with pytest.raises(SealError):
            ring.open(value, purpose=purpose)


def test_equal_texts_look_different() -> None:
    ring = Keyring([NEW])
    assert ring.seal("same", purpose="m") != ring.seal("same", purpose="m")


def test_the_blind_index_depends_on_key_and_every_part() -> None:
    assert blind_index(OLD, "web", "1") == blind_index(OLD, "web", "1")
    assert (
        len({blind_index(OLD, "web", "1"), blind_index(NEW, "web", "1"), blind_index(OLD, "web", "2"), blind_index(OLD, "web1", "")}) == 4
    )


@pytest.mark.parametrize("value", ["not base64!", "c2hvcnQ=", "AAAA,BBBB"])
def test_wrong_keys_are_refused_with_a_sentence(value: str) -> None:
    with pytest.raises(ConfigurationError, match="base64 of 32 bytes"):
        Keyring(parse_keys(value))


def test_a_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secret.key"
    assert load_or_create_key(file) == load_or_create_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
