"""A lesson that was run, as a page that needs neither Python nor a network."""
