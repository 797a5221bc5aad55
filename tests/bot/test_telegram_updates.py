"""Updates as JSON: what is not built as the Bot API says is left out, and holds up nothing."""

from typing import Any

import pytest

from bot.channels.telegram import inbounds_of
from bot.inbox import padded

GOOD: dict[str, Any] = {"update_id": 7, "message": {"date": 1, "chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "text": "hi"}}


@pytest.mark.parametrize(
    "bad",
    [
        {"update_id": 6, "message": {"date": 1}},
        {"update_id": 6, "message": {**GOOD["message"], "date": "x"}},
        {"update_id": 6, "message": "x"},
        {"update_id": 6, "callback_query": {"id": "1", "data": 3}},
        {"update_id": 6, "my_chat_member": {"chat": {"id": 5, "type": "private"}}},
        {"message": GOOD["message"]},
    ],
)
def test_a_malformed_update_is_left_out(bad: dict[str, Any]) -> None:
    assert [inbound.external_id for inbound in inbounds_of([bad, GOOD])] == ["7"]


def test_lists_for_in_have_few_lengths() -> None:
    assert [len(padded(range(size))) for size in (0, 1, 2, 3, 4, 5, 8, 9, 64)] == [0, 1, 2, 4, 4, 8, 8, 16, 64]
    assert set(padded([1, 2, 3])) == {1, 2, 3}
