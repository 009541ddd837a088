"""Small documents made by hand: PDF files of lines at places, locked ones, and Word documents."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Added to passwords by the standard security handler of PDF (ISO 32000-1, 7.6.3.3).
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
A4 = (595, 842)


@dataclass(frozen=True)
class Line:
    """A line of text whose left end stands at a place, in points from the lower left corner."""

    left: float
    base: float
    text: str
    size: float = 10.0


def write_pdf(
    path: Path,
    pages: Sequence[Sequence[Line]],
    *,
    rotate: int = 0,
    origin: tuple[int, int] = (0, 0),
    password: str = "",
    title: str = "",
    pictures: bool = False,
) -> Path:
    """Write a PDF in Helvetica; with a password, locked by 40-bit RC4."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    left, bottom = origin
    box = f"[{left} {bottom} {left + A4[0]} {bottom + A4[1]}]".encode()
    kids: list[bytes] = []
    for lines in pages:
        content = b"".join(
            f"BT /F1 {line.size} Tf 1 0 0 1 {line.left + left} {line.base + bottom} Tm (".encode()
            + line.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            + b") Tj ET\n"
            for line in lines
        )
        if pictures:
            content += b"q 300 0 0 400 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n"
        number = len(objects) + 1
        kids.append(f"{number} 0 R".encode())
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox "
            + box
            + f" /Rotate {rotate} ".encode()
            + f"/Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R >>".encode()
        )
        objects.append(_stream(content, number + 1, _key(password) if password else b""))
    objects[1] = b"<< /Type /Pages /Kids [" + b" ".join(kids) + f"] /Count {len(kids)} >>".encode()
    trailer = b""
    if title:
        objects.append(f"<< /Title ({title}) >>".encode())
        trailer += f" /Info {len(objects)} 0 R".encode()
    if password:
        owner, user = _owner(password), _rc4(_key(password), _PADDING)
        objects.append(
            b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <"
            + owner.hex().encode()
            + b"> /U <"
            + user.hex().encode()
            + b"> >>"
        )
        trailer += f" /Encrypt {len(objects)} 0 R /ID [<00> <00>]".encode()
    path.write_bytes(_assemble(objects, trailer))
    return path


def _stream(content: bytes, number: int, key: bytes) -> bytes:
    data = zlib.compress(content)
    if key:
        mixed = hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0", usedforsecurity=False).digest()
        data = _rc4(mixed[: len(key) + 5], data)
    return f"<< /Length {len(data)} /Filter /FlateDecode >>\nstream\n".encode() + data + b"\nendstream"


def _assemble(objects: list[bytes], trailer: bytes) -> bytes:
    data = b"%PDF-1.4\n"
    places: list[int] = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    size = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R".encode()
    return data + size + trailer + f" >>\nstartxref\n{start}\n%%EOF\n".encode()


def _pad(password: str) -> bytes:
    return (password.encode("latin-1") + _PADDING)[:32]


def _owner(password: str) -> bytes:
    return _rc4(hashlib.md5(_pad(password), usedforsecurity=False).digest()[:5], _pad(password))


def _key(password: str) -> bytes:
    rights = (-4).to_bytes(4, "little", signed=True)
    return hashlib.md5(_pad(password) + _owner(password) + rights + b"\0", usedforsecurity=False).digest()[:5]


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def write_docx(path: Path, body: str, footnotes: str = "", prolog: str = "") -> Path:
    """Write a Word document from the XML of its body and footnotes (elements with the prefix ``w``)."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/>'
        f'<Override PartName="/word/footnotes.xml" ContentType="{_MAIN}.footnotes+xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{head}{prolog}<w:document xmlns:w="{_WORD}" xmlns:mc='
        f'"http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>{body}</w:body></w:document>',
    }
    if footnotes:
        parts["word/footnotes.xml"] = f'{head}<w:footnotes xmlns:w="{_WORD}">{footnotes}</w:footnotes>'
        parts["word/_rels/document.xml.rels"] = (
            f'{head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{_OFFICE}/footnotes" Target="footnotes.xml"/></Relationships>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path
