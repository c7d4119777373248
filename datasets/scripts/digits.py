"""Converts scikit-learn's digits table to the two IDX files in data/digits.

Usage: python digits.py path/to/sklearn/datasets/data/digits.csv.gz

Each line of the table holds 64 pixels (0..16, row by row) and the label. The output depends on nothing else,
so running it again gives the same bytes (up to the zlib version).
"""

import gzip
import pathlib
import struct
import sys

ROWS = gzip.open(sys.argv[1], "rt").read().split()
TABLE = [[int(value) for value in row.split(",")] for row in ROWS]
IMAGES = struct.pack(">4I", 0x0803, len(TABLE), 8, 8) + b"".join(bytes(row[:64]) for row in TABLE)
LABELS = struct.pack(">2I", 0x0801, len(TABLE)) + bytes(row[64] for row in TABLE)

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "digits"
FOLDER.mkdir(parents=True, exist_ok=True)
for name, content in {"images-idx3-ubyte.gz": IMAGES, "labels-idx1-ubyte.gz": LABELS}.items():
    (FOLDER / name).write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
