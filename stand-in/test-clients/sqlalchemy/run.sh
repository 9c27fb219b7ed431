#!/usr/bin/env bash
# Python: PyMySQL, and SQLAlchemy with the dialect that StarRocks publishes.
set -euo pipefail
cd "$(dirname "$0")"
source ../support/install.sh

python3 -c 'import ensurepip' 2>/dev/null || install python3 python3-venv
if [ ! -f "$CLIENT_CACHE/installed-$(cksum requirements.txt | cut -d' ' -f1)" ]; then
  python3 -m venv "$CLIENT_CACHE/venv"
  "$CLIENT_CACHE/venv/bin/pip" install -q --disable-pip-version-check -r requirements.txt >&2
  touch "$CLIENT_CACHE/installed-$(cksum requirements.txt | cut -d' ' -f1)"
fi
exec "$CLIENT_CACHE/venv/bin/python" contract.py
