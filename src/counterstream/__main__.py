"""``python -m counterstream`` is ``counterstream``."""

from __future__ import annotations

from counterstream.cli import main

raise SystemExit(main())
