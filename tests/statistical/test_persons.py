"""The persons engine: conservation, agreement with counts, names that fix histories."""

from __future__ import annotations
