"""The grammar: one module a concern, each rule with an identifier, a meaning and examples."""
