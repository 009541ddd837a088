"""The local server of ``counterstream serve``: one person's browser, on this machine alone."""
