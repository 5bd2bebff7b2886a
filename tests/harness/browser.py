"""A headless Chromium, led by Debian's chromedriver over WebDriver (https://www.w3.org/TR/webdriver2/).

Standard library only.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# A page of a busy machine may be slow to load.
PATIENCE = 120


class Browser:
    """One window. `close` ends it and everything that it started."""

    def __init__(self):
        driver = shutil.which("chromedriver")
        if driver is None:
            raise RuntimeError("no chromedriver here: run scripts/setup")
        self._folder = tempfile.TemporaryDirectory()
        self._driver = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._session = None
        try:
            self._address = f"http://127.0.0.1:{self._port()}"
            self._session = self._open()
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self._driver.stdout:
            if match := re.search(r"started successfully on port (\d+)", line):
                return int(match[1])
        raise RuntimeError("chromedriver did not start")

    def _open(self):
        arguments = [
            "--headless=new",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--hide-scrollbars",
            f"--user-data-dir={self._folder.name}",
        ]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # it refuses to have one as root
        capabilities = {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        return answer["sessionId"]

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def _ask(self, method, path, body=None):
        return self._call(method, f"/session/{self._session}{path}", body)

    def devtools(self, command, **parameters):
        body = {"cmd": command, "params": parameters}
        return self._ask("POST", "/goog/cdp/execute", body)

    def resize(self, width, height):
        """The page's own size; a window has a least width, which phones are below."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def go(self, address, width=1100, height=900, dark=False):
        self.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        """What the script returns; it finds `arguments` there."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def type(self, selector, text):
        body = {"using": "css selector", "value": selector}
        element = self._ask("POST", "/element", body)[ELEMENT]
        self._ask("POST", f"/element/{element}/value", {"text": text})

    def text(self, selector):
        """What a reader sees of it; nothing where it is hidden."""
        return self.run(
            "const element = document.querySelector(arguments[0]);"
            "return element?.checkVisibility() ? element.innerText : '';",
            selector,
        )

    def console(self):
        """What came to the console since the last call, as (level, message)."""
        entries = self._ask("POST", "/se/log", {"type": "browser"})
        return [(entry["level"], entry["message"]) for entry in entries]

    def screenshot(self, path):
        """A PNG of what can be seen."""
        answer = self.devtools("Page.captureScreenshot")
        path.write_bytes(base64.b64decode(answer["data"]))

    def close(self):
        try:
            if self._session:
                self._ask("DELETE", "")
        finally:
            self._driver.terminate()
            self._driver.wait()
            self._driver.stdout.close()
            self._folder.cleanup()
