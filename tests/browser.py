"""A movie in a browser: played to its end, and read from a canvas, by headless Chromium."""

from __future__ import annotations

import base64
import http.server
import io
import json
import queue
import shutil
import subprocess
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_PAGE = """<!doctype html><video id=v muted playsinline></video><script>
const v = document.getElementById('v');
const tell = told => fetch('/told', {method: 'POST', body: JSON.stringify(told)});
const wait = name => new Promise(done => v.addEventListener(name, done, {once: true}));
v.onerror = () => tell({error: v.error.message || String(v.error.code)});
async function show() {
  // As a blob, since the server knows no ranges, and without them there is no seeking.
  const blob = await (await fetch('MOVIE')).blob();
  const ready = wait('loadeddata'); v.src = URL.createObjectURL(blob); await ready;
  const seeked = wait('seeked'); v.currentTime = MIDWAY; await seeked;
  const c = document.createElement('canvas');
  c.width = v.videoWidth; c.height = v.videoHeight;
  c.getContext('2d').drawImage(v, 0, 0);
  const shot = c.toDataURL('image/png');
  const back = wait('seeked'); v.currentTime = 0; await back;
  const ended = wait('ended'); await v.play(); await ended;
  tell({width: c.width, height: c.height, duration: v.duration, ended: v.currentTime, shot});
}
show().catch(error => tell({error: String(error)}));
</script>"""


class _Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and the page, and takes what the page tells."""

    def __init__(self, page: str, told: queue.Queue[Any], *args: Any, **kwargs: Any) -> None:
        self._page, self._told = page, told
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self._page.encode())

    def do_POST(self) -> None:
        self._told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def play(
    movie: Path, midway: float, seconds: float = 60
) -> tuple[dict[str, Any], npt.NDArray[Any]]:
    """Play a movie; what the page told, and the picture it showed at a time, shape (h, w, 3)."""
    assert CHROMIUM is not None, "apt-get install chromium"
    told: queue.Queue[Any] = queue.Queue()
    page = _PAGE.replace("MOVIE", movie.name).replace("MIDWAY", str(midway))
    handler = partial(_Server, page, told, directory=str(movie.parent))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
    ):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio"]
        options += [f"--user-data-dir={profile}", "--force-color-profile=srgb"]
        options += ["--no-first-run", "--disable-dev-shm-usage"]
        address = f"http://127.0.0.1:{server.server_port}/"
        browser = subprocess.Popen(
            [CHROMIUM, *options, address],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            answer = told.get(timeout=seconds)
        finally:
            browser.kill()
            browser.wait()
            server.shutdown()
            thread.join()
    assert "error" not in answer, answer["error"]
    png = base64.b64decode(answer["shot"].partition(",")[2])
    return answer, np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
