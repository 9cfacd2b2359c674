"""How a verdict looks: HTML for a notebook, and the same content as plain text."""

from backproplab.check.verdict import Verdict


def notice(title: str, sentence: str) -> tuple[str, str]:
    """Return markup and plain text of a message that belongs to no exercise."""
    return f"<p><b>{title}.</b> {sentence}</p>", f"{title}. {sentence}"


def verdict_card(found: Verdict) -> tuple[str, str]:
    """Return markup and plain text of a verdict."""
    return notice(f"{found.exercise} {found.status.value}", found.note)


def summary_table(name: str, verdicts: list[Verdict]) -> tuple[str, str]:
    """Return markup and plain text of the table of a set."""
    return notice(name, "")
