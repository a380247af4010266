# shellcheck shell=bash
# Shared by script/bootstrap, script/server and script/test: finds a Python and hands over to script/run.py.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SUPPORTED='import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))'

# find_python: prints the first Python on PATH that Odoo 19 runs on, the checkout's own .venv left out.
find_python() {
    local name path
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.10; do
        path=$(command -v "$name") || continue
        [[ $path != "$ROOT"/.venv/* ]] || continue
        "$path" -c "$SUPPORTED" 2>/dev/null && echo "$path" && return
    done
    return 1
}

# hand_over COMMAND [ARGUMENT...]: becomes the Python program that carries COMMAND out.
hand_over() {
    local python
    if ! python=$(find_python); then
        echo "No Python 3.10 to 3.13 on PATH: install one (Debian: apt-get install python3) or name it in PYTHON." >&2
        exit 1
    fi
    exec "$python" "$ROOT/script/run.py" "$@"
}
