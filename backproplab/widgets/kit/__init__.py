"""What widgets share: `base.Live` in Python, controls in kit.js, colours in kit.css, and what joins them."""
