"""A headless Chromium, driven through its driver's HTTP interface."""
import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Dict, List, Optional

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SECONDS = 60


def why_missing() -> Optional[str]:
    """What there is none of, or None."""
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            return f"{program} is not installed (Debian: chromium, chromium-driver)"
    return None


class Browser:
    """A session with a new profile and one page. Close it at the end."""

    def __init__(self) -> None:
        self.profile = tempfile.TemporaryDirectory(prefix="fanout-html-")
        # pylint: disable-next=consider-using-with
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.driver.stdout
        for line in self.driver.stdout:
            started = re.search(r"started successfully on port (\d+)", line)
            if started:
                break
        else:
            raise RuntimeError("chromedriver does not start")
        self.address = f"http://127.0.0.1:{started.group(1)}/session"
        options = {
            "binary": shutil.which("chromium"),
            "args": FLAGS + [f"--user-data-dir={self.profile.name}"],
        }
        wanted = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        session = self.call("", {"capabilities": {"alwaysMatch": wanted}})
        self.address += "/" + session["sessionId"]
        self.command("Performance.enable", timeDomain="threadTicks")

    def close(self) -> None:
        try:
            self.call("", method="DELETE")
        finally:
            self.driver.terminate()
            self.driver.communicate()
            # The browser may write to its profile for a moment longer.
            for _ in range(50):
                shutil.rmtree(self.profile.name, ignore_errors=True)
                if not Path(self.profile.name).exists():
                    break
                time.sleep(0.1)

    def call(self, path: str, body: Optional[Dict[str, Any]] = None, method: str = "POST") -> Any:
        data = None if method == "DELETE" else json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def command(self, name: str, **parameters: Any) -> Any:
        """One of the DevTools protocol."""
        return self.call("/goog/cdp/execute", {"cmd": name, "params": parameters})

    def open(self, page: Path, fragment: str = "") -> None:
        """Opens the page, with empty logs."""
        self.call("/url", {"url": "about:blank"})
        self.log("browser")
        self.log("performance")
        self.call("/url", {"url": page.resolve().as_uri() + fragment})

    def run(self, script: str, *arguments: Any) -> Any:
        """What the body of a function returns in the page."""
        return self.call("/execute/sync", {"script": script, "args": arguments})

    def wait(self, script: str, *arguments: Any) -> Any:
        """What the body of a function hands to its last argument."""
        return self.call("/execute/async", {"script": script, "args": arguments})

    def find(self, selector: str) -> str:
        found = self.call("/element", {"using": "css selector", "value": selector})
        return f"/element/{found[ELEMENT]}"

    def click(self, selector: str) -> None:
        self.call(self.find(selector) + "/click")

    def type(self, selector: str, text: str) -> None:
        self.call(self.find(selector) + "/value", {"text": text})

    def processor_time(self) -> float:
        """Seconds that the main thread of the page has worked since the page was opened.

        Unlike the time that passes it is the same beside other work.
        """
        metrics = self.command("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")

    def log(self, kind: str) -> List[Dict[str, Any]]:
        return self.call("/se/log", {"type": kind})

    def requests(self) -> List[str]:
        """The URLs that the page requested since it was opened."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def look(self, width: int, scheme: str = "light") -> None:
        """Gives the page this width, a phone's below 600, and a colour scheme."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.command("Emulation.setEmulatedMedia", features=[feature])

    def screenshot(self, path: Path) -> None:
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def print(self, path: Path) -> None:
        page = self.command("Page.printToPDF", preferCSSPageSize=True, paperWidth=8.27)
        path.write_bytes(base64.b64decode(page["data"]))
