"""Evidence: claims with their hedges, sources and agencies, read from a ledger of CSV files."""
