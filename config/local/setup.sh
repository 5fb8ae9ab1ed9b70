# Sourced by ./run and ./test: makes .venv and installs pinned, hashed requirements into it.
# Installs only when the requirements differ from what was installed last, so that a second start needs
# neither time nor a network.

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

find_python() {
    for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Osiedle needs Python 3.11 or newer and found none. Install it (Debian, Ubuntu: apt install python3" \
        "python3-venv; Fedora: dnf install python3; macOS: brew install python) and start again."
}

# A virtual environment knows its own path: one that was moved or lost its Python is made again.
make_venv() {
    if [ -e .venv/place ] && [ "$(cat .venv/place)" != "$PWD" ]; then
        rm -rf .venv
    elif [ -e .venv ] && ! .venv/bin/python -c '' 2>/dev/null; then
        rm -rf .venv
    fi
    if [ ! -e .venv ]; then
        python=$(find_python) || exit 1
        say "Making .venv with $("$python" --version) …"
        "$python" -m venv --without-pip .venv || fail "Python cannot make a virtual environment here."
    fi
    if [ ! -e .venv/place ]; then
        printf '%s\n' "$PWD" > .venv/place
    fi
}

# pip serves once, to install uv: the pip that comes inside Python, or else one that is installed.
install_uv() {
    [ -x .venv/bin/uv ] && return
    say "Installing uv …"
    log=.venv/uv.log
    set -- install --quiet --disable-pip-version-check --no-input --require-hashes -r config/local/uv.txt
    wheel=$(.venv/bin/python -c 'import ensurepip
from pathlib import Path
places = [Path(ensurepip.__file__).parent / "_bundled", Path("/usr/share/python-wheels")]
print(next(str(wheel) for place in places for wheel in sorted(place.glob("pip-*.whl"))))' 2>/dev/null)
    if [ -n "$wheel" ] && .venv/bin/python "$wheel/pip" "$@" 2>"$log"; then
        return
    fi
    python=$(find_python) || exit 1
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip --python .venv/bin/python "$@" 2>"$log" && return
        cat "$log" >&2
        fail "The package index cannot be reached, or refuses: see above."
    fi
    if command -v uv >/dev/null 2>&1; then
        ln -s "$(command -v uv)" .venv/bin/uv
        return
    fi
    [ -n "$wheel" ] && cat "$log" >&2 && fail "The package index cannot be reached, or refuses: see above."
    fail "This Python has no pip. Install it (Debian, Ubuntu: apt install python3-venv) and start again."
}

# Behind a proxy that signs for itself only the system's own list of authorities knows it.
install_packages() {
    set -- --quiet --require-hashes --no-deps -r "$1"
    [ -e /etc/ssl/certs/ca-certificates.crt ] && set -- "$@" --system-certs
    VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install "$@"
}

# install FILE...: the first is installed; all are noted as installed, for a file may contain another.
install() {
    cmp -s "$1" ".venv/installed-$1" && return
    install_uv
    say "Installing $1 …"
    install_packages "$1" || fail "The packages of $1 could not be installed: see above."
    for file; do
        cp "$file" ".venv/installed-$file"
    done
}

# ./run and ./test may be started at the same moment.
set_up() {
    [ -d var ] || (umask 077 && mkdir var) 2>/dev/null
    [ -w . ] && [ -w var ] || fail "$PWD or its var belongs to another user: run as that user, or use a copy."
    if command -v flock >/dev/null 2>&1; then
        exec 9>var/setup.lock
        flock 9
    fi
    make_venv
    install "$@"
    exec 9>&-
}
