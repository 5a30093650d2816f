"""Markdown as a tree of blocks and spans that templates can set; no HTML gets through.

What minutes need: paragraphs, lists, quotes, emphasis, links to the web and to mail. Headings are
the document's own: one that somebody writes is a paragraph in bold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notifications.documents.pdf import Json

_PARSER = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(
    ["image", "html_inline", "html_block"]
)
_SCHEMES = ("https://", "http://", "mailto:")
MAX_DEPTH = 6


@dataclass(slots=True)
class Span:
    """A piece of text in one style."""

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    link: str = ""

    def json(self) -> Json:
        """For a template."""
        return {
            "text": self.text,
            "strong": self.strong,
            "emphasis": self.emphasis,
            "code": self.code,
            "link": self.link,
        }


@dataclass(slots=True)
class Block:
    """A paragraph, a list of items or a quotation."""

    kind: str
    """paragraph, bullets, numbers, item, quote."""
    spans: list[Span] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def json(self) -> Json:
        """For a template."""
        return {
            "kind": self.kind,
            "spans": [one.json() for one in self.spans],
            "blocks": [one.json() for one in self.blocks],
        }


_OPENINGS = {
    "paragraph_open": "paragraph",
    "heading_open": "heading",
    "bullet_list_open": "bullets",
    "ordered_list_open": "numbers",
    "list_item_open": "item",
    "blockquote_open": "quote",
}


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text."""
    root = Block("root")
    stack = [root]
    for token in _PARSER.parse(text):
        if token.type in _OPENINGS:
            block = Block(_OPENINGS[token.type])
            stack[-1].blocks.append(block)
            stack.append(block)
        elif token.type.endswith("_close"):
            stack.pop()
        elif token.type == "inline":
            stack[-1].spans.extend(_spans(token.children or []))
        elif token.type in {"fence", "code_block"}:
            stack[-1].blocks.append(Block("paragraph", [Span(token.content.strip(), code=True)]))
    return [_plain(one) for one in root.blocks]


def _plain(block: Block) -> Block:
    if block.kind == "heading":
        block.kind = "paragraph"
        for span in block.spans:
            span.strong = True
    block.blocks = [_plain(one) for one in block.blocks]
    return block


def _spans(tokens: Sequence[Token]) -> Iterator[Span]:
    strong = emphasis = 0
    link = ""
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                emphasis += token.nesting
            case "link_open":
                href = str(token.attrs.get("href", ""))
                link = href if href.startswith(_SCHEMES) else ""
            case "link_close":
                link = ""
            case "softbreak":
                yield Span(" ")
            case "hardbreak":
                yield Span("\n")
            case "text" | "code_inline":
                code = token.type == "code_inline"
                yield Span(token.content, strong > 0, emphasis > 0, code, link)


def spans_of(text: str) -> list[Span]:
    """One line of Markdown."""
    tokens = _PARSER.parseInline(text)
    return [span for token in tokens for span in _spans(token.children or [])]


def plain(text: str) -> str:
    """The words alone."""
    return "".join(span.text for span in spans_of(text))
