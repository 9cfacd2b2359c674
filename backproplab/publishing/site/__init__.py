"""The course as a site: what Sphinx reads, made from the course's folder, and what Sphinx learns for it."""
