"""Importing tables of statistical offices as claims of a ledger."""

from counterstream.drafting.imports.imported import Imported, ImportKind, ImportOptions, SkippedCell
from counterstream.drafting.imports.importing import import_table

__all__ = ["ImportKind", "ImportOptions", "Imported", "SkippedCell", "import_table"]
