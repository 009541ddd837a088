"""From the bytes of a text to its characters: which encoding, and how that is known."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from counterstream.drafting.readers import codes
from counterstream.errors import CounterstreamError, Problem

#: Eight-bit encodings told apart by their letters.  The list is short on purpose: with all that exist
#: to choose from, German in cp1252 is taken for cp1250 and Russian names in English for Thai.
LIKELY_ENCODINGS = ("cp1252", "cp1251", "koi8_r", "cp866", "latin_1")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
#: Bytes kept on either side of a letter beyond ASCII, and bytes that are enough to judge by.
_AROUND = 60
_ENOUGH = 64_000
#: In UTF-16 text of any European language one of each pair of bytes is, with few exceptions, the same.
_WIDE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with its encoding, and in words how that was found."""

    text: str
    encoding: str
    basis: str


def decode_text(raw: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Decode the bytes of a text.

    Parameters
    ----------
    raw
        Content of the file.
    name
        The file, for messages.
    encoding
        If the user knows it; it is then tried alone.

    Raises
    ------
    CounterstreamError
        If the text is not in the named encoding (D108), the encoding is unknown (D107) or the
        text holds NULs (D106).
    """
    decoded = _decode_as(raw, name, encoding) if encoding else _detect(raw, name)
    nul = decoded.text.find("\0")
    if nul >= 0:
        raise CounterstreamError(
            Problem(
                codes.NUL_CHARACTER,
                "the text holds a NUL character",
                name,
                *_place(decoded.text, nul),
                found=f"{decoded.text.count(chr(0)):,} in {len(decoded.text):,} characters",
                allowed="text",
                mend="check that this is a text and no other kind of file; if it is, save it as UTF-8",
            )
        )
    return decoded


def _decode_as(raw: bytes, name: str, encoding: str) -> Decoded:
    """Decode as the user says."""
    try:
        known = codecs.lookup(encoding)
        text = raw.decode(encoding)
    except LookupError as error:
        allowed = "utf-8, utf-16, cp1252, cp1251, koi8-r, latin-1 or another that Python knows"
        raise CounterstreamError(
            Problem(codes.UNKNOWN_ENCODING, "the encoding is not known", name, found=encoding, allowed=allowed)
        ) from error
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise CounterstreamError(
            Problem(
                codes.WRONG_ENCODING,
                f"the text is not {encoding}",
                name,
                raw.count(b"\n", 0, start) + 1,
                found=f"byte 0x{raw[start]:02X} at byte {start:,}" if start < len(raw) else "",
                mend="leave the encoding out: it is then found by itself",
            )
        ) from error
    return Decoded(text.removeprefix("\ufeff"), known.name, "named by the user")


def _detect(raw: bytes, name: str) -> Decoded:
    """Find the encoding: by byte order mark, as UTF-8, as UTF-16 without mark, or by its letters."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return Decoded(_decode_as(raw, name, encoding).text, encoding, "byte order mark")
    wide = _find_wide(raw)
    if wide:
        return Decoded(_decode_as(raw, name, wide).text, wide, "NUL in every other byte")
    try:
        return Decoded(raw.decode("utf-8"), "utf-8", "valid as UTF-8")
    except UnicodeDecodeError:
        pass
    found = from_bytes(_sample(raw), cp_isolation=list(LIKELY_ENCODINGS)).best()
    # latin-1 gives a character to every byte; what it alone can decode is hardly a text.
    encoding = found.encoding if found is not None else "latin_1"
    try:
        text = raw.decode(encoding)
        basis = "letters fit best" if found is not None else "no other fits"
    except UnicodeDecodeError:
        encoding, text, basis = "latin_1", raw.decode("latin_1"), "no other fits"
    return Decoded(text, encoding.replace("_", "-"), basis)


def _find_wide(raw: bytes) -> str:
    """Return UTF-16 with its byte order if the bytes look like it, else an empty string."""
    sample = raw[:4096]
    half = len(sample) // 2
    if half < 2 or b"\0" not in sample:
        return ""
    if sample[1::2].count(0) >= _WIDE_SHARE * half and sample[0::2].count(0) < half // 10 + 1:
        return "utf-16-le"
    if sample[0::2].count(0) >= _WIDE_SHARE * half and sample[1::2].count(0) < half // 10 + 1:
        return "utf-16-be"
    return ""


def _sample(raw: bytes) -> bytes:
    """Return the surroundings of the first letters beyond ASCII: nothing else tells encodings apart."""
    parts: list[bytes] = []
    size = 0
    end = 0
    for found in _NOT_ASCII.finditer(raw):
        start = max(end, found.start() - _AROUND)
        end = max(end, min(len(raw), found.start() + _ENOUGH // 4, found.end() + _AROUND))
        parts.append(raw[start:end])
        size += end - start
        if size > _ENOUGH:
            break
    return b"".join(parts)


def _place(text: str, position: int) -> tuple[int, int]:
    """Return line and column, from 1, of a position in a text."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
