"""A stand-in for a service: says what it was told, answers /readyz, dies when asked to."""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/crash":
            os._exit(3)
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing about requests."""


print("\x1b[32mstand-in is up\x1b[0m", os.environ.get("ATD_PORT"), flush=True)
if "refuse" in sys.argv:
    sys.exit("cannot find the moon")
HTTPServer((os.environ["ATD_HOST"], int(os.environ["ATD_PORT"])), Handler).serve_forever()
