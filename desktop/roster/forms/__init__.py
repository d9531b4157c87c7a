"""Other people's forms (xlsx and docx): read for the places to fill, and filled, in a limited child process."""
