"""Makes data/text/persuasion.txt.gz from the novels in Debian's package r-cran-janeaustenr (1.0.0-1).

Usage: python text.py FOLDER, where FOLDER is usr/lib/R/site-library/janeaustenr/data of the unpacked package.

Reads R's lazy-load database directly: an index (Rdata.rdx, compressed) of offsets and lengths into Rdata.rdb, each entry the
uncompressed length, perhaps a letter for the compression, and R's XDR serialisation of a vector of lines.
"""

import bz2
import gzip
import lzma
import pathlib
import struct
import sys
import zlib

FOLDER = pathlib.Path(sys.argv[1])
BOOK = "persuasion"


class Reader:
    """The parts of R's serialisation that lists, strings and numbers need."""

    def __init__(self, data):
        assert data[:2] == b"X\n", data[:2]
        self.data, self.at, self.references = data, 2, []
        version, _, _ = (self.int() for _ in range(3))
        if version == 3:
            encoding = self.int()
            self.at += encoding

    def int(self):
        self.at += 4
        return struct.unpack(">i", self.data[self.at - 4 : self.at])[0]

    def item(self):
        flags = self.int()
        kind, has_attributes, has_tag = flags & 255, flags & 512, flags & 1024
        if kind == 254:
            return None
        if kind == 255:
            return self.references[(flags >> 8) - 1]
        if kind == 1:
            self.references.append(self.item())
            return self.references[-1]
        if kind == 2:
            pairs = {}
            if has_attributes:
                self.item()
            tag = self.item() if has_tag else None
            pairs[tag] = self.item()
            return pairs | (self.item() or {})
        length = self.int()
        if kind == 9:
            if length < 0:
                return None
            self.at += length
            return self.data[self.at - length : self.at].decode("utf-8" if flags & 0x8000 else "latin-1")
        read = {10: self.int, 13: self.int, 14: self.double, 16: self.item, 19: self.item}[kind]
        values = [read() for _ in range(length)]
        if has_attributes:
            names = self.item().get("names")
            values = dict(zip(names, values)) if names else values
        return values

    def double(self):
        self.at += 8
        return struct.unpack(">d", self.data[self.at - 8 : self.at])[0]


def decompress(entry):
    kind, rest = entry[4:5], entry[5:]
    if kind == b"2":
        return bz2.decompress(rest)
    if kind == b"Z":
        return lzma.decompress(rest, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6}])
    return zlib.decompress(entry[4:])


index = (FOLDER / "Rdata.rdx").read_bytes()
index = gzip.decompress(index) if index[:2] == b"\x1f\x8b" else zlib.decompress(index)
offset, length = Reader(index).item()["variables"][BOOK]
entry = (FOLDER / "Rdata.rdb").read_bytes()[offset : offset + length]
lines = Reader(decompress(entry)).item()
text = "\n".join(lines).strip() + "\n"

target = pathlib.Path(__file__).parent.parent / "data" / "text" / f"{BOOK}.txt.gz"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))
print(f"{len(text.encode())} bytes, {len(set(text.encode()))} different", repr(text[:200]), repr(text[-200:]))
