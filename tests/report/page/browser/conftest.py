"""A headless Chromium, spoken to over a pair of pipes in its DevTools protocol.

https://chromedevtools.github.io/devtools-protocol: messages are JSON, ended by a zero byte. No
driver and no socket is needed.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


_START = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One Chromium with one page."""

    def __init__(self, program: str, profile: Path) -> None:
        take, self._out = os.pipe()
        self._in, give = os.pipe()
        # Chromium reads from descriptor 3 and writes to descriptor 4: these are kept clear of both.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (take, give)]
        os.close(take)
        os.close(give)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", _START, *map(str, ends), program, *FLAGS),
                *(f"--user-data-dir={profile}", "about:blank"),
            ],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in ends:
            os.close(end)
        self._number = 0
        self._buffer = b""
        self._events: list[dict[str, Any]] = []
        self._session: str | None = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read(60)
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])
            self._events.append(answer)

    def _read(self, seconds: float) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"Chromium said nothing for {seconds:.0f} s"
            block = os.read(self._in, 1 << 20)
            assert block, "Chromium ended"
            self._buffer += block
        message, self._buffer = self._buffer.split(b"\0", 1)
        return dict(json.loads(message))

    def open(self, page: Path, *, dark: bool = False, width: int = 1280, height: int = 900) -> None:
        """Open a file and wait until its script has run."""
        self._events.clear()
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media="", features=features)
        self.size(width, height)
        self.call("Page.navigate", url=page.as_uri())
        self.until("document.readyState === 'complete' && document.documentElement.dataset.ready")

    def size(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def run(self, expression: str) -> Any:
        """Return what a JavaScript expression gives."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not self.run(f"Boolean({expression})"):
            assert time.monotonic() < end, f"never true: {expression}\n{self.complaints()}"
            time.sleep(0.02)

    def click(self, selector: str, nth: int = 0) -> None:
        """Click with the mouse in the middle of an element."""
        x, y = self.middle(selector, nth)
        self.press(x, y)
        self.release(x, y)

    def click_text(self, selector: str, words: str) -> None:
        """Click the element of a selector whose text holds some words."""
        texts = self.run(
            f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)"
        )
        self.click(selector, next(k for k, text in enumerate(texts) if words in text))

    def middle(self, selector: str, nth: int = 0) -> tuple[float, float]:
        box = self.run(
            f"(() => {{ const e = document.querySelectorAll({json.dumps(selector)})[{nth}];"
            "e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2] })()"
        )
        return float(box[0]), float(box[1])

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def press(self, x: float, y: float) -> None:
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1)

    def release(self, x: float, y: float) -> None:
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)

    def key(self, name: str) -> None:
        text = {"Enter": "\r"}.get(name)
        code = {"Enter": 13, "ArrowRight": 39, "Tab": 9}[name]
        more = {"text": text} if text else {}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=name,
                code=name,
                windowsVirtualKeyCode=code,
                **(more if kind == "keyDown" else {}),
            )

    def type(self, selector: str, text: str) -> None:
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        if whole:
            self.size(1280, int(self.run("document.documentElement.scrollHeight")))
        shot = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    def complaints(self) -> list[str]:
        """Everything that should not have happened: errors, warnings, requests."""
        self.run("1")  # whatever was said before is in the pipe before the answer
        found = []
        for event in self._events:
            method, about = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(f"exception: {about['exceptionDetails']}")
            elif method == "Runtime.consoleAPICalled":
                found.append(f"console: {about['args']}")
            elif method == "Log.entryAdded":
                found.append(f"log: {about['entry']['text']}")
            elif method == "Network.requestWillBeSent":
                url = about["request"]["url"]
                if not url.startswith("data:") and about.get("type") != "Document":
                    found.append(f"request: {url}")
                elif about.get("type") == "Document" and not url.startswith("file:"):
                    found.append(f"navigation: {url}")
            elif method == "Page.javascriptDialogOpening":
                found.append(f"dialog: {about['message']}")
        return found

    def close(self) -> None:
        try:
            os.write(self._out, b'{"id":0,"method":"Browser.close"}\0')
            self._process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._out)
        os.close(self._in)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser to look at the page with (none of {', '.join(PROGRAMS)})")
    browser = Browser(program, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def look(chromium: Browser) -> Iterator[Callable[..., Browser]]:
    """Return a function that opens a page; afterwards nothing may have been amiss."""

    def opened(page: Path, **how: Any) -> Browser:
        chromium.open(page, **how)
        return chromium

    yield opened
    assert chromium.complaints() == []
