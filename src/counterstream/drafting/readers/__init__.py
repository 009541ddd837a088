"""Reading documents: text, PDF with a text layer, HTML, Word, and tables of text."""

from counterstream.drafting.readers.reading import Form, read_document

__all__ = ["Form", "read_document"]
