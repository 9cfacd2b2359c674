"""Names as platforms spell them: with or without accents, spaces and commas, and either name first."""

import re
import unicodedata


def letters(name: str) -> str:
    """Return a name in small letters and digits, without accents and all else.

    >>> letters("García-Márquez, Ana")
    'garciamarquezana'
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def spellings(name: str) -> frozenset[str]:
    """Return a name's letters, from whichever of its words it begins with.

    >>> sorted(spellings("Lovelace, Ada"))
    ['adalovelace', 'lovelaceada']
    """
    words = [word for part in re.split(r"[\s,]+", name) if (word := letters(part))]
    return frozenset("".join(words[start:] + words[:start]) for start in range(len(words)))


def parted(student: str) -> tuple[str, str]:
    """Part the name from the number that Canvas and Moodle put behind it.

    >>> parted("lovelaceada_1234"), parted("ada")
    (('lovelaceada', '1234'), ('ada', ''))
    """
    found = re.fullmatch(r"(?s)(.+)_(\d+)", student)
    return (found[1], found[2]) if found else (student, "")
