"""The bundle that is shipped is what its sources give."""

import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

import causattn.report

ROOM = Path(causattn.report.__file__).parent
WEB = ROOM / "web"


def test_the_bundle_was_built_from_these_sources() -> None:
    files = [WEB / name for name in ("package-lock.json", "build.mjs", "tsconfig.json")]
    files += [p for folder in ("src", "style") for p in (WEB / folder).rglob("*") if p.is_file()]
    digest = sha256()
    for name in sorted(str(path.relative_to(WEB).as_posix()) for path in files):
        digest.update(f"{name}\0".encode() + (WEB / name).read_bytes() + b"\0")
    first = (ROOM / "static" / "report.js").read_text(encoding="utf-8").splitlines()[0]
    found = re.search(r"sources sha256 (\w+)", first)
    assert found is not None
    assert found[1] == digest.hexdigest(), "run `npm ci && npm run build` in causattn/report/web"


def test_the_bundle_can_stand_inside_a_page() -> None:
    script = (ROOM / "static" / "report.js").read_text(encoding="utf-8").lower()
    style = (ROOM / "static" / "report.css").read_text(encoding="utf-8").lower()
    assert "</script" not in script
    assert "<!--" not in script
    assert "</style" not in style
    assert "url(" not in style
    for call in ("fetch(", "xmlhttprequest", "websocket", "eval(", "new function("):
        assert call not in script, call


def test_licences_of_what_is_bundled_are_beside_it() -> None:
    notices = (ROOM / "static" / "NOTICES.txt").read_text(encoding="utf-8")
    for name in ("@dagrejs/dagre", "@dagrejs/graphlib", "d3-selection", "d3-zoom"):
        assert re.search(rf"^{re.escape(name)} \d", notices, re.MULTILINE), name


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (WEB / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.skipif(
    shutil.which("node") is None or not (WEB / "node_modules").is_dir(),
    reason="there is no node, or `npm ci` was not run in causattn/report/web",
)
def test_building_again_gives_the_same_bundle() -> None:
    done = subprocess.run(
        ["node", "build.mjs", "--check"], cwd=WEB, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(
    shutil.which("node") is None or not (WEB / "node_modules").is_dir(),
    reason="there is no node, or `npm ci` was not run in causattn/report/web",
)
def test_the_sources_have_types() -> None:
    done = subprocess.run(
        ["node", "node_modules/typescript/bin/tsc", "--noEmit"],
        cwd=WEB,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_two_sources_import_each_other() -> None:
    sources = WEB / "src"
    imports = {
        path: [
            (path.parent / f"{name}.ts").resolve()
            for name in re.findall(r'from "(\.[^"]+)"', path.read_text(encoding="utf-8"))
        ]
        for path in (each.resolve() for each in sources.rglob("*.ts"))
    }
    done: set[Path] = set()

    def follow(path: Path, way: tuple[Path, ...]) -> None:
        assert path not in way, " -> ".join(each.name for each in (*way, path))
        if path not in done:
            for each in imports[path]:
                follow(each, (*way, path))
            done.add(path)

    assert len(imports) > 20
    for path in imports:
        follow(path, ())
