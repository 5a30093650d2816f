"""Every letter in a real browser: it fits a telephone, is read in the dark, and fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from calendars.model.language import Language
from notifications.compose import Composers, kinds
from notifications.own_templates import preview
from tests.builders import NOUMEA
from tests.interop.programs import program

pytestmark = [pytest.mark.interop, pytest.mark.timeout(120)]

COMPOSERS = Composers(NOUMEA, "DPASS")
TELEPHONE = 320
ENOUGH = 4.5  # WCAG 2.2 §1.4.3

# The lowest contrast of any text with what stands behind it, and the text.
LOWEST_CONTRAST = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const lum = (colour) => {
    const [r, g, b] = parts(colour).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor, [, , , a] = parts(colour);
      if (a === undefined || a === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let lowest = [99, ""];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement, said = walk.currentNode.textContent.trim();
    if (!said || !node.getClientRects().length) continue;
    const one = lum(getComputedStyle(node).color), two = lum(behind(node));
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < lowest[0]) lowest = [ratio, said];
  }
  return lowest;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = program("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path)
        yield opened
        opened.close()


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    opened = browser.new_page(
        viewport={"width": TELEPHONE, "height": 600}, color_scheme=request.param
    )
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


def test_every_letter_fits_and_is_read_and_fetches_nothing(page: Page) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    for kind in kinds():
        for language in Language:
            page.set_content(preview(COMPOSERS, kind, language).html)
            name = f"{kind} {language}"
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= TELEPHONE, f"{name} is {width} wide"
            contrast, text = page.evaluate(LOWEST_CONTRAST)
            assert contrast >= ENOUGH, f"{name}: {contrast:.2f} at {text!r}"
    assert fetched == []
