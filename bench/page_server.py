"""`python -m bench.page_server FOLDER FLAG`: a publisher with the addresses of the Integreat API v3, from files `…/<language>/pages.json`.

It prints its port. Once the file FLAG exists, every title ends differently: all pages have changed.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CHANGED = " [2]"
_DEPTH = 5  # api/v3/<region>/<language>/pages


class Handler(BaseHTTPRequestHandler):
    """Answers from the files of `folder`."""

    folder: Path
    flag: Path

    def do_GET(self) -> None:
        """The pages of a region in a language; there are no locations and events."""
        parts = self.path.partition("?")[0].strip("/").split("/")
        file = self.folder.joinpath(*parts).with_suffix(".json")
        found = len(parts) == _DEPTH and parts[-1] == "pages" and ".." not in parts and file.is_file()
        body = self._pages(file) if found else b'{"error": "not found"}'
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _pages(self, file: Path) -> bytes:
        body = file.read_bytes()
        if not self.flag.exists():
            return body
        return json.dumps([{**page, "title": page["title"] + CHANGED} for page in json.loads(body)], ensure_ascii=False).encode()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(folder: Path, flag: Path) -> None:
    """Serve until the process is ended."""
    Handler.folder, Handler.flag = folder, flag
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
