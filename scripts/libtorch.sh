#!/usr/bin/env bash
# Puts PyTorch 2.9.0, whose LibTorch the device tch is built on, into a private virtual environment, and prints the lines that
# make a shell use it:
#
#     eval "$(scripts/libtorch.sh)"
#     cargo xtask-tch devices
#
# The environment goes to target/libtorch, or to the directory given. Needs python3 with venv, and pip's package index once.
set -euo pipefail
venv=${1:-$(cd "$(dirname "$0")/.." && pwd)/target/libtorch}

if ! "$venv/bin/python" -c 'import torch; assert torch.__version__.startswith("2.9.0")' 2>/dev/null; then
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet torch==2.9.0 numpy >&2
fi

packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
libraries=$packages/torch/lib
for directory in "$packages"/nvidia/*/lib; do
    [ -d "$directory" ] && libraries=$libraries:$directory
done
echo "export LIBTORCH_USE_PYTORCH=1"
echo "export PATH=\"$venv/bin:\$PATH\""
echo "export LD_LIBRARY_PATH=\"$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}\""
