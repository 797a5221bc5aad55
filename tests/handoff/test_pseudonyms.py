"""How people are called at the desk."""

from itertools import pairwise

from handoff.pseudonyms import BIRDS, COLOURS, pseudonym


def test_the_same_person_has_the_same_name_in_each_language() -> None:
    assert pseudonym(0) == "Blauer Reiher"
    assert pseudonym(0, "en") == "Blue Heron"
    assert pseudonym(512, "en") == "Blue Heron 2"


def test_no_two_of_many_people_are_called_the_same_and_neighbours_differ_in_both_words() -> None:
    for language in ("de", "en"):
        names = [pseudonym(number, language) for number in range(5000)]
        assert len(set(names)) == 5000
        pairs = [name.split()[:2] for name in names]
        assert all(one[0] != two[0] and one[1] != two[1] for one, two in pairwise(pairs))


def test_no_word_is_there_twice() -> None:
    for words in (COLOURS, BIRDS):
        for column in (0, 1):
            assert len({word[column] for word in words}) == len(words)
    assert len(COLOURS) * len(BIRDS) == 512
