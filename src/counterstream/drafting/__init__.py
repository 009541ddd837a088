"""From documents to candidate claims: reading, drafting, and what a person then decides."""
