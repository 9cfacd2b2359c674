"""A set as an autograder of Gradescope's: the zip that it takes (`pack`), what runs there (`autograde`)."""
