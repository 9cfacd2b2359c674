"""A table of texts, as the still half of a widget shows one."""

from collections.abc import Sequence
from html import escape


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as HTML, whose rows begin with their own headings; a corner without words is empty.

    >>> table("Sizes", ["", "a < b"], [["row", "1"]]).partition("<tbody>")[0]
    '<table><caption>Sizes</caption><thead><tr><td></td><th scope="col">a &lt; b</th></tr></thead>'
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' if text else "<td></td>" for text in headings)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(text)}</td>" for text in texts)
        + "</tr>"
        for name, *texts in rows
    )
    caption = f"<caption>{escape(caption)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
