"""Pictures of letters for the manual: `python tools/mail_pictures.py` draws them with Chromium.

Each letter is made of its sample facts, as wide as a reading pane and as wide as a telephone; look
at them after a template was changed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, sync_playwright

from calendars.model.language import Language
from notifications.compose import Composers, kinds
from notifications.own_templates import preview

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SHOWN = ("invitation", "changed", "cancelled", "reminder", "digest-week")
PANE, TELEPHONE = 600, 320


def draw(page: Page, html: str, width: int, path: Path) -> None:
    """One letter, as long as it is."""
    page.set_viewport_size({"width": width, "height": 200})
    page.set_content(html)
    page.screenshot(path=path, full_page=True)


def main(arguments: list[str]) -> int:
    """`all DIRECTORY`: every letter, in both languages and in the dark; else the manual’s."""
    composers = Composers(ZoneInfo("Pacific/Noumea"), "DPASS")
    everything = arguments[:1] == ["all"]
    folder = Path(arguments[1]) if everything else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for dark in (False, True) if everything else (False,):
            page = browser.new_page(color_scheme="dark" if dark else "light")
            for language in Language if everything else (Language.FRENCH,):
                for kind in kinds() if everything else SHOWN:
                    html = preview(composers, kind, language).html
                    for width in (PANE, TELEPHONE):
                        shade = "-dark" if dark else ""
                        name = f"mail-{kind}"
                        name += f"-{language}-{width}{shade}" if everything else ""
                        name += "-phone" if not everything and width == TELEPHONE else ""
                        draw(page, html, width, folder / f"{name}.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
