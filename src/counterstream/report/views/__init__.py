"""What the views of report and page are drawn from, as plain JSON: the other half of ``web/src/data.ts``.

Each module contributes one part of the document; :data:`PARTS` lists them.
"""

from __future__ import annotations

from counterstream.report.views.document import FORMAT, PARTS, embed, views_document, write_json

__all__ = ["FORMAT", "PARTS", "embed", "views_document", "write_json"]
