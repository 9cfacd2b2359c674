"""The glossary: in order, and each word is used by the lesson that it names."""

import re
from pathlib import Path

import pytest

from house import pages

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8")
ENTRY = re.compile(r"^## (.+)\n\n(.+) \[Lesson (\d\d)\]\(([\w-]+)\.ipynb\)$", re.MULTILINE)
ENTRIES = ENTRY.findall(GLOSSARY)


def test_every_entry_has_its_form_and_its_place():
    words = re.findall(r"^## (.+)$", GLOSSARY, re.MULTILINE)
    assert [word for word, *_ in ENTRIES] == words == sorted(words, key=str.lower)
    assert all(stem.startswith(number) for _, _, number, stem in ENTRIES)


@pytest.mark.parametrize(("word", "stem"), [(word, stem) for word, _, _, stem in ENTRIES])
def test_a_lesson_uses_the_word_that_it_is_named_for(word, stem):
    text = pages.text_of(ROOT / "notebooks" / f"{stem}.ipynb").lower().replace("*", "")
    spoken = " ".join(text.split())
    assert word.lower().removesuffix(" start").removesuffix("ting") in spoken


def test_lessons_link_to_words_by_small_letters_on_which_github_jupyterlab_and_the_site_agree():
    lessons = "".join(map(pages.text_of, (ROOT / "notebooks").glob("*.ipynb")))
    linked = re.findall(r"\(glossary\.md#([\w-]+)\)", lessons)
    assert len(set(linked)) > 10
    assert all(word == word.lower() for word in linked)


@pytest.mark.parametrize("stem", sorted({stem for *_, stem in ENTRIES}))
def test_each_lesson_that_teaches_a_word_links_to_one_of_its_own(stem):
    text = pages.text_of(ROOT / "notebooks" / f"{stem}.ipynb")
    taught = {word.lower().replace(" ", "-") for word, *_, home in ENTRIES if home == stem}
    assert taught & set(re.findall(r"\(glossary\.md#([\w-]+)\)", text))
