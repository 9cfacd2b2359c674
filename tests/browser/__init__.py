"""Tests in a real browser: Chromium, on a real JupyterLab that the tests start themselves."""
