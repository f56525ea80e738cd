"""What stands in workbooks and on paper, read back by other programs than those that wrote it."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

from pypdf import PdfReader

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows(workbook: bytes) -> list[list[str | float]]:
    """Of the first sheet; cells that are empty are left out."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert archive.testzip() is None
        root = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return [[_cell(one) for one in row.iter(f"{_MAIN}c")] for row in root.iter(f"{_MAIN}row")]


def _cell(cell: ET.Element) -> str | float:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
    return float(cell.findtext(f"{_MAIN}v", "nan"))


def pages(paper: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages]
