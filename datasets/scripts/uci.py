"""Packs three tables of scikit-learn into data/uci.

Usage: python uci.py path/to/sklearn/datasets/data

The tables are taken as they are, packed by gzip without a date, so that running it again gives the same bytes (up to the zlib
version).
"""

import gzip
import pathlib
import sys

SOURCE = pathlib.Path(sys.argv[1])
FOLDER = pathlib.Path(__file__).parent.parent / "data" / "uci"
FOLDER.mkdir(parents=True, exist_ok=True)
for source, name in {"iris": "iris", "wine_data": "wine", "breast_cancer": "breast-cancer"}.items():
    table = (SOURCE / f"{source}.csv").read_bytes()
    (FOLDER / f"{name}.csv.gz").write_bytes(gzip.compress(table, compresslevel=9, mtime=0))
