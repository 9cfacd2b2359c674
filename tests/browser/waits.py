"""What a page waits for: its timers, seen from a test, which then need not wait itself."""


def watch_timers(page) -> None:
    """From now on, know what the timers of a page are that have neither run nor been cleared."""
    page.evaluate(
        """() => {
             const { setTimeout, clearTimeout } = window;
             const waits = (window.waits = new Map());
             window.setTimeout = (run, delay) => {
               const id = setTimeout(() => { waits.delete(id); run(); }, delay);
               waits.set(id, delay);
               return id;
             };
             window.clearTimeout = (id) => { waits.delete(id); clearTimeout(id); };
           }"""
    )


def waits(page, delay: int) -> int:
    """How many timers of so many milliseconds there are."""
    return page.evaluate("delay => [...window.waits.values()].filter((one) => one === delay).length", delay)
