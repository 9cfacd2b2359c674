"""What every page keeps to: local links that lead somewhere; no name of a machine or a registry."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat

# In pieces, for this file is judged as well.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("anaconda", "org"),
        ("crates", "io"),
        ("download", "pytorch", "org"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
    )
]
HOME_PATH = re.compile(r"(?<![\w.])/(?:home|Users)/\w+|(?<![\w.])/root/[\w.]|\b[A-Z]:\\+Users\\")
LINK = re.compile(r"""\]\(\s*<?([^)\s>]+)>?[^)]*\)|\b(?:href|src)=["']([^"']+)["']""")


def text_of(page: Path) -> str:
    """Return the prose of a page: the whole of a .md file, the text cells of a notebook."""
    if page.suffix != ".ipynb":
        return page.read_text(encoding="utf-8")
    cells = nbformat.read(page, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def anchors(page: Path) -> set[str]:
    """Return the fragments that lead to a heading, as JupyterLab makes them in a notebook, GitHub in .md."""
    text = re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)
    headings = [
        re.sub(r"[*`_]", "", found.strip()) for found in re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    ]
    if page.suffix == ".ipynb":
        return {heading.replace(" ", "-") for heading in headings}
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    """Yield a sentence for each local link of `page` that leads nowhere."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text_of(page), flags=re.DOTALL)
    for groups in LINK.findall(prose):
        link = groups[0] or groups[1]
        address = urlsplit(link)
        if address.scheme or address.netloc:
            continue
        target = (page.parent / unquote(address.path)).resolve() if address.path else page
        if not target.exists():
            yield f"{page.name} links to {link}, which does not exist"
        elif address.fragment and unquote(address.fragment) not in anchors(target):
            yield f"{page.name} links to {link}, but {target.name} has no such heading"


def private_details(text: str, root: Path) -> Iterator[str]:
    """Yield a sentence for each registry host, home folder or path of this very checkout in `text`."""
    yield from (f"names the registry host {host}" for host in REGISTRY_HOSTS if host in text)
    yield from (f"names the home folder {found}" for found in sorted(set(HOME_PATH.findall(text))))
    if re.search(rf"{re.escape(str(root))}(?![\w-])", text) and len(root.parts) > 2:
        yield f"names {root}, the folder of this checkout"
