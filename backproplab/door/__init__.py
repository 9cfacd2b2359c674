"""The door of a learner's copy: the course map with what is done, in a browser and on a terminal.

`command` opens JupyterLab at it; `server` is what JupyterLab's server learns for that; `page` makes the page
anew each time that it is looked at, from the saved notebooks, and writes nothing; `terminal` prints the same.
"""
