"""What is told of an error in the middle of a mail: its kind and its place, never its words.

The words of an error may hold an address, or a line of the mail.
"""

from __future__ import annotations

from traceback import extract_tb


def told(error: BaseException) -> dict[str, object]:
    """For the log."""
    frames = extract_tb(error.__traceback__)
    where = {"file": frames[-1].filename, "line": frames[-1].lineno} if frames else {}
    return {"error": type(error).__name__, **where}
