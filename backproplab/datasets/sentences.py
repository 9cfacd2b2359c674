"""Sentences of a small grammar, two at a time: "the pilot bought the radio the doctor ate the banana".

Nine of the twelve verbs say what kind of thing follows: whoever eats, eats something edible. Three verbs
leave it open (one can buy anything), and there the person decides: a doctor buys food, a pilot a device, a
teacher something to read. A quarter of the pairs of person and verb never come up in training.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.int64]

PEOPLE = {
    "edible": ("doctor", "nurse", "baker", "child"),
    "electronic": ("pilot", "singer", "guard", "driver"),
    "readable": ("teacher", "judge", "poet", "student"),
}
"""Who asks for which kind of thing where the verb leaves it open."""

VERBS = {
    "edible": ("ate", "cooked", "tasted"),
    "electronic": ("charged", "repaired", "unplugged"),
    "readable": ("read", "signed", "translated"),
    "open": ("bought", "wanted", "found"),
}
"""Which kind of thing a verb asks for."""

THINGS = {
    "edible": ("banana", "apple", "bread", "cheese", "soup"),
    "electronic": ("phone", "laptop", "radio", "camera", "lamp"),
    "readable": ("letter", "book", "poem", "contract", "report"),
}
"""What there is of each kind; the first of each comes twice as often as any other."""

WORDS = ("the", *(word for table in (PEOPLE, VERBS, THINGS) for group in table.values() for word in group))
"""All forty words; a word's number is its place here."""

SHARES = (2 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6)


class Context(NamedTuple):
    """Who does what: a sentence but for its last word.

    >>> Context("doctor", "ate").kind, Context("doctor", "charged").kind, Context("doctor", "bought").kind
    ('edible', 'electronic', 'edible')
    """

    person: str
    verb: str

    @property
    def open(self) -> bool:
        """Whether the verb leaves open what kind of thing follows."""
        return self.verb in VERBS["open"]

    @property
    def kind(self) -> str:
        """The kind of thing that follows: the verb's own, or the person's where the verb leaves it open."""
        table, word = (PEOPLE, self.person) if self.open else (VERBS, self.verb)
        return next(kind for kind, words in table.items() if word in words)

    @property
    def text(self) -> str:
        """The words before the blank, such as "the doctor ate the"."""
        return f"the {self.person} {self.verb} the"


def contexts(*, held_out: bool) -> list[Context]:
    """The 108 contexts that training sentences are made of, or the 36 that are held out of them.

    Each person does nine of the twelve verbs in training, and each verb is done by nine people.

    >>> len(contexts(held_out=False)), contexts(held_out=True)[0].text
    (108, 'the doctor ate the')
    """
    people = [person for group in PEOPLE.values() for person in group]
    verbs = [verb for group in VERBS.values() for verb in group]
    return [
        Context(person, verb)
        for row, person in enumerate(people)
        for column, verb in enumerate(verbs)
        if ((row + column) % 4 == 0) == held_out
    ]


def sentences(n: int, *, seed: int) -> Words:
    """The numbers of the words of n pairs of sentences `(n, 10)`, none with a held-out context.

    The two of a pair have nothing to do with each other. ValueError if n is below 1.

    >>> for pair in sentences(2, seed=0):
    ...     print(" ".join(WORDS[word] for word in pair))
    the poet cooked the banana the driver signed the letter
    the guard cooked the cheese the child charged the lamp
    """
    if n < 1:
        raise ValueError(f"sentences needs n of at least 1, got {n}")
    rng = np.random.default_rng(seed)
    known = contexts(held_out=False)
    drawn = [known[index] for index in rng.integers(len(known), size=2 * n)]
    places = rng.choice(len(SHARES), p=SHARES, size=2 * n)
    whole = [
        f"{context.text} {THINGS[context.kind][place]}" for context, place in zip(drawn, places, strict=True)
    ]
    return encode(" ".join(whole)).reshape(n, -1)


def encode(text: str) -> Words:
    """The numbers of the words of a text, `(words,)`. ValueError for a word that is none of `WORDS`.

    >>> encode("the doctor ate the banana")
    array([ 0,  1, 13,  0, 25])
    """
    unknown = sorted(set(text.split()) - set(WORDS))
    if unknown:
        raise ValueError(
            f"{', '.join(unknown)}: not among the {len(WORDS)} words, which are {', '.join(WORDS)}"
        )
    return np.array([WORDS.index(word) for word in text.split()], np.int64)
