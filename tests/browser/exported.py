"""A lesson as a page, opened from its file."""

from browser.lab import Watched, pale, violations


class Page:
    """An exported lesson in a browser, found by cell as a notebook is."""

    def __init__(self, watched: Watched, path):
        self.watched, self.path = watched, path
        self.context, self.page = watched.context, watched.page
        self.page.set_default_timeout(20_000)
        self.open()

    def open(self, **media):
        self.page.emulate_media(**media)
        self.page.goto(self.path.as_uri())
        self.page.wait_for_function("() => document.documentElement.dataset.lessonLive === 'true'")

    def output(self, cell):
        return self.page.locator(f"[id='cell-id={cell}'] .jp-OutputArea-output").last

    def violations(self, *, where=None, rules=(), without=()):
        return violations(self.page, where=where, rules=rules, without=without)

    def pale(self, seen=None):
        return pale(self.page, seen)
