"""Minutes for a word processor: the same data as the PDF, with headings and tables of its own."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as DocumentType
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from notifications.documents.pdf import Json, typeset_all

_ACCENT = RGBColor(0x0D, 0x5C, 0x63)
_QUIET = RGBColor(0x4F, 0x5B, 0x66)
_LISTS = {"bullets": "List Bullet", "numbers": "List Number"}


def docx(data: Mapping[str, Json], *, at: int) -> bytes:
    """The document of minutes."""
    said: Any = typeset_all(dict(data))
    document = Document()
    _set_up(document, said, at)
    document.add_heading(said["kind"], 0)
    _line(document, said["title"], bold=True, size=15)
    _line(document, said["when"], colour=_QUIET)
    for text in (said["status"], said["correction"]):
        if text:
            document.add_paragraph(text, style="Intense Quote")
    _pairs(document, said["facts"])
    for section in said["sections"]:
        document.add_heading(f"{section['number']}. {section['title']}", 1)
        _blocks(document, section["blocks"], None)
        for decision in section["decisions"]:
            paragraph = document.add_paragraph(style="Quote")
            paragraph.add_run("Décision\u2003").bold = True
            _spans(paragraph, decision)
    if said["actions"]:
        document.add_heading("Actions", 1)
        _actions(document, said["actions"])
    for one in said["signature"]:
        _line(document, one["role"], colour=_QUIET, before=18)
        _line(document, one["name"], bold=True)
        if one["note"]:
            _line(document, one["note"], colour=_QUIET)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set_up(document: DocumentType, said: Any, at: int) -> None:  # noqa: ANN401 - data
    core = document.core_properties
    core.title, core.author = f"{said['kind']} – {said['title']}", said["organisation"]
    core.language, core.comments, core.last_modified_by = "fr-FR", "", ""
    core.created = core.modified = datetime.fromtimestamp(at, UTC)
    normal: Any = document.styles["Normal"]
    normal.font.size = Pt(11)
    language = normal.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): "fr-FR"})
    normal.element.rPr.append(language)
    for name in ("Title", "Heading 1"):
        style: Any = document.styles[name]
        style.font.color.rgb = _ACCENT
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.3)
    confidential = "\tDOCUMENT CONFIDENTIEL" if said["confidential"] else ""
    page.header.paragraphs[0].text = said["organisation"] + confidential
    page.footer.paragraphs[0].text = said["reference"]


def _line(
    document: DocumentType,
    text: str,
    *,
    bold: bool = False,
    size: int | None = None,
    colour: RGBColor | None = None,
    before: int = 0,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(text)
    run.bold = bold
    if size is not None:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _pairs(document: DocumentType, pairs: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=2)
    for name, value in pairs:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, value
        cells[0].width, cells[1].width = Cm(3.2), Cm(13.2)


def _blocks(document: DocumentType, blocks: Sequence[Any], style: str | None) -> None:
    for block in blocks:
        kind = block["kind"]
        if kind == "paragraph":
            _spans(document.add_paragraph(style=style), block["spans"])
        else:
            _blocks(
                document, block["blocks"], _LISTS.get(kind, "Quote" if kind == "quote" else style)
            )


def _spans(paragraph: Paragraph, spans: Sequence[Any]) -> None:
    for one in spans:
        run = paragraph.add_run(one["text"])
        run.bold, run.italic = one["strong"] or None, one["emphasis"] or None
        if one["link"] and one["link"] != one["text"]:
            paragraph.add_run(f" ({one['link']})")


def _actions(document: DocumentType, actions: Sequence[Any]) -> None:
    table = document.add_table(rows=1, cols=4, style="Light Grid Accent 1")
    heads = ("Réf.", "Action", "Responsable", "Échéance")
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.text = text
    for one in actions:
        row = table.add_row().cells
        for cell, name in zip(row, ("ref", "label", "owner", "due"), strict=True):
            cell.text = one[name]
    for row in table.rows:
        for cell, width in zip(row.cells, (3.1, 7.2, 3.6, 2.5), strict=True):
            cell.width = Cm(width)
