"""Reading documents: text, PDF with a text layer, HTML, Word, and tables of text."""
