"""How to cite the course, in words and in BibTeX: both from CITATION.cff, the only place that says it."""

from html import escape
from pathlib import Path
from typing import Any

import yaml

CITATION = "CITATION.cff"
SPECIAL = str.maketrans({character: f"\\{character}" for character in "&%$#_{}"})


def citation(course: Path) -> str:
    """Return what stands on the page: the message of CITATION.cff, and both forms, for a button to copy."""
    said = yaml.safe_load((course / CITATION).read_text(encoding="utf-8"))
    return (
        f"{said['message']}\n\n## In words\n\n"
        f'<blockquote class="course-citation">{escape(in_words(said))}</blockquote>\n\n## In BibTeX\n\n'
        f'<pre class="course-citation">{escape(in_bibtex(said))}</pre>'
    )


def in_words(said: dict[str, Any]) -> str:
    """Return the citation as sentences, from what a CITATION.cff says.

    >>> in_words({"authors": [{"name": "The authors"}], "title": "A course", "version": "0.1.0"})
    'The authors. A course. Version 0.1.0.'
    """
    authors = "; ".join(each.get("name") or _person(each) for each in said["authors"])
    year = f" ({_year(said)})" if _year(said) else ""
    place = f" https://doi.org/{said['doi']}" if "doi" in said else f" {said['url']}" if "url" in said else ""
    return f"{authors}{year}. {said['title']}. Version {said['version']}.{place}"


def in_bibtex(said: dict[str, Any]) -> str:
    """Return the citation as an entry for BibTeX, of the type that all its styles know.

    >>> print(in_bibtex({"authors": [{"name": "The authors"}], "title": "A course", "version": "0.1.0"}))
    @misc{backproplab,
      author = {{The authors}},
      title = {{A course}},
      note = {Version 0.1.0},
    }
    """
    fields = {
        "author": " and ".join(
            f"{{{each['name'].translate(SPECIAL)}}}" if "name" in each else _person(each).translate(SPECIAL)
            for each in said["authors"]
        ),
        "title": f"{{{said['title'].translate(SPECIAL)}}}",  # in braces: no style may change its capitals
        "year": _year(said),
        "doi": said.get("doi", ""),
        "url": said.get("url", ""),
        "note": f"Version {said['version']}",
    }
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items() if text)
    return f"@misc{{backproplab,\n{lines}}}"


def _person(author: dict[str, str]) -> str:
    return f"{author['family-names']}, {author['given-names']}"


def _year(said: dict[str, Any]) -> str:
    return str(said.get("date-released", ""))[:4]
