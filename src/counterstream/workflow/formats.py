"""What each answer to a question on a fitted run calls its document."""

from __future__ import annotations

COMPARISON = "counterstream-comparison/1"
EXPLANATION = "counterstream-explanation/1"
VALIDATION = "counterstream-validation/1"
PROJECTION = "counterstream-projection/1"
AGENCIES = "counterstream-agencies/1"
NEXT_CLAIMS = "counterstream-next-claims/1"
