"""Sentences: what the grammar promises, and that held-out contexts never come up."""

from collections import Counter

import numpy as np
import pytest

from backproplab.datasets import sentences
from backproplab.datasets.sentences import PEOPLE, THINGS, VERBS, WORDS, Context, contexts, encode

DRAWN = [[WORDS[word] for word in pair] for pair in sentences(3000, seed=1)]
SINGLE = [half for pair in DRAWN for half in (pair[:5], pair[5:])]


def test_forty_words_and_each_has_its_own_number():
    assert len(WORDS) == len(set(WORDS)) == 40
    np.testing.assert_array_equal(encode(" ".join(WORDS)), np.arange(40))


def test_each_sentence_is_of_a_context_of_training_and_ends_with_a_thing_of_its_kind():
    known = set(contexts(held_out=False))
    for the, person, verb, again, thing in SINGLE:
        assert the == again == "the"
        assert Context(person, verb) in known
        assert thing in THINGS[Context(person, verb).kind]


def test_held_out_are_a_quarter_of_all_contexts_and_as_many_for_each_person_and_each_verb():
    held, known = contexts(held_out=True), contexts(held_out=False)
    assert len(held) == 36
    assert not set(held) & set(known)
    everyone = {(p, v) for group in PEOPLE.values() for p in group for some in VERBS.values() for v in some}
    assert {*held, *known} == everyone
    assert set(Counter(each.person for each in held).values()) == {3}
    assert set(Counter(each.verb for each in held).values()) == {3}
    assert Context("doctor", "ate") in held
    assert sum(each.open for each in held) == 9


def test_a_verb_decides_unless_it_is_open_then_the_person_does():
    assert {Context(person, "ate").kind for group in PEOPLE.values() for person in group} == {"edible"}
    for kind, people in PEOPLE.items():
        assert {Context(person, "bought").kind for person in people} == {kind}


def test_the_first_of_each_kind_comes_twice_as_often():
    counts = Counter(sentence[-1] for sentence in SINGLE)
    for things in THINGS.values():
        first, *others = (counts[thing] for thing in things)
        assert first / np.mean(others) == pytest.approx(2, rel=0.1)
        assert np.ptp(others) < 0.3 * np.mean(others)


def test_the_seed_decides_and_the_two_sentences_of_a_pair_are_independent():
    np.testing.assert_array_equal(
        sentences(3000, seed=1), encode(" ".join(map(" ".join, DRAWN))).reshape(-1, 10)
    )
    assert (sentences(50, seed=1) != sentences(50, seed=2)).any()
    both = [Context(pair[1], pair[2]).kind == Context(pair[6], pair[7]).kind for pair in DRAWN]
    assert np.mean(both) == pytest.approx(1 / 3, abs=0.04)


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        sentences(0, seed=0)
    with pytest.raises(ValueError, match="pear, ripe: not among the 40 words"):
        encode("the ripe pear")
