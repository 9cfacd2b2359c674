"""Flow's steps as tables: for a page where nothing is live."""

from html import escape
from typing import Any

from backproplab.widgets.kit.base import Static
from backproplab.widgets.kit.table import table

ORDERS = ("The right order: a box speaks once it has heard all", "Depth first, a wrong order")


def messages_table(one: dict[str, Any], caption: str) -> Static:
    """The messages of one pass over a `Value` graph, and its last word."""
    rows, lines = [], []
    for entry in one["sums"]:
        product, total = (" ".join(text for text, _ in entry[key]) for key in ("product", "total"))
        holder = entry["total"][-1][1]
        rows.append((entry["title"], product, f"{holder}: {total}"))
        lines.append(f"{entry['title']}: {product}; {holder}: {total}")
    verdict = one["said"][-1].partition("The pass is over")[2]
    last = f"The pass is over{verdict}"
    headings = ("message", "upstream × local = contribution", "so far + contribution = now")
    markup = table(caption, headings, rows)
    return Static(f"{markup}<p>{escape(last)}</p>", "\n".join([f"{caption}.", *lines, last]))


def layers_table(scene: dict[str, Any]) -> Static:
    """The backward pass of a network: what each layer hears, keeps and sends on."""
    rows = []
    for step in scene["steps"][1:]:
        upstream, *own, downstream = [f"{part['shape']}, norm {part['norm']}" for part in step["parts"]]
        names = [part["name"].removeprefix("gradient of its ") for part in step["parts"][1:-1]]
        kept = "; ".join(f"{name} {text}" for name, text in zip(names, own, strict=True))
        rows.append((step["title"], upstream, kept or "none", downstream))
    headings = ("layer", "upstream", "gradients of its own", "downstream")
    caption = f"The backward pass, last layer first; {scene['loss'][0]}, {scene['loss'][1]}"
    lines = [f"{row[0]}: upstream {row[1]}; own {row[2]}; downstream {row[3]}" for row in rows]
    return Static(table(caption, headings, rows), "\n".join([f"{caption}.", *lines]))


def picture_table(scene: dict[str, Any]) -> Static:
    """A picture's way through a network, read down, and the sweep back, read up."""
    image, loss = scene["image"], scene["loss"]
    rows = [
        (image["name"], image["says"], "–"),
        *((box["name"], box["puts_out"], f"{box['size']}: {box['holds']}") for box in scene["boxes"]),
        (loss["name"], f"{loss['value']}, from probabilities: {loss['says']}", "it starts here"),
    ]
    headings = ("", "↓ one run", "↑ one sweep back")
    caption = scene["tally"][-1]["text"]
    lines = [f"{name}: {down}; sweep: {up}" for name, down, up in rows]
    return Static(table(caption, headings, rows), "\n".join([caption, *lines]))
