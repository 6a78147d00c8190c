#!/usr/bin/env python3
"""Runs every command that README.md and docs/*.md show.

usage: documentation.py BELLWETHER [PAGE...]

BELLWETHER is the built program. Each page gets an empty working folder in which data/, config/ and
build/release/src/bellwether are those of the repository; the program is on the PATH too. The page's ```sh blocks run
there from top to bottom, each with `bash -euo pipefail`:

- A block that is one `bellwether run` (or `./dev run`) without --exit-at-end is started as a service, on a free port
  that takes the place of 8080 in the blocks after it. It must become ready, and it is stopped before the next service
  begins and at the end of the page; it must then exit with 0.
- Other `./dev` lines would install packages and build: only that `./dev help` knows the subcommand is checked.

Links to files of the repository must lead somewhere, and a table of metrics must name what /metrics exposes. Exits 1 at
the first fault.
"""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK_SECONDS_MAX = 180
READY_SECONDS_MAX = 30
STOP_SECONDS_MAX = 10
DOCUMENTED_ADDRESS = "127.0.0.1:8080"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SERVICE = re.compile(r"^(?:\./dev|\S*\bbellwether) run\b[^&;|]*$")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def fault(place, message, output=""):
    print(f"{place}: {message}\n{output}".rstrip())
    sys.exit(1)


def logical_lines(block):
    """The commands of a block, lines that end with a backslash joined, without comments."""
    lines = block.replace("\\\n", " ").split("\n")
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Page:
    def __init__(self, path, binary, folder):
        self.name = path.name
        self.text = path.read_text(encoding="utf-8")
        self.folder = folder
        self.service = None
        self.port = free_port()
        program = folder / "build/release/src/bellwether"
        program.parent.mkdir(parents=True)
        program.symlink_to(binary)
        for shared in ("data", "config", "docs", "dev"):
            (folder / shared).symlink_to(ROOT / shared)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("BELLWETHER_")}
        self.environment["PATH"] = f"{program.parent}:{self.environment['PATH']}"
        self.environment["BELLWETHER_API__PORT"] = str(self.port)

    def run(self):
        count = 0
        for found in BLOCK.finditer(self.text):
            place = f"{self.name}:{self.text.count(chr(10), 0, found.start()) + 1}"
            self.run_block(place, found.group(1))
            count += 1
        self.stop_service(self.name)
        return count

    def run_block(self, place, block):
        lines = logical_lines(block)
        if len(lines) == 1 and SERVICE.match(lines[0]) and "--exit-at-end" not in lines[0]:
            self.check_dev(place, lines)
            self.start_service(place, lines[0])
        elif any(line.startswith("./dev") for line in lines):
            self.check_dev(place, lines)
            self.run_script(place, "\n".join(line for line in lines if not line.startswith("./dev")))
        else:
            self.run_script(place, block)

    def check_dev(self, place, lines):
        known = re.findall(r"^  (\w+)", subprocess.run([ROOT / "dev", "help"], check=True, capture_output=True,
                                                       text=True).stdout, re.MULTILINE)
        for line in lines:
            words = line.split()
            if words[0] == "./dev" and (len(words) < 2 or words[1] not in known):
                fault(place, f"`./dev help` knows no such subcommand: {line}")

    def run_script(self, place, script):
        script = script.replace(DOCUMENTED_ADDRESS, f"127.0.0.1:{self.port}").replace("curl ", "curl --fail-with-body ")
        print(f"--- {place}\n{script.rstrip()}", flush=True)
        try:
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, env=self.environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=BLOCK_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            fault(place, f"takes longer than {BLOCK_SECONDS_MAX} s")
        if done.returncode != 0:
            fault(place, f"exits with {done.returncode}", done.stdout[-4000:])

    def start_service(self, place, command):
        self.stop_service(place)
        # What `./dev run` does once all is built.
        command = re.sub(r"^\./dev run", "bellwether run --config config/demo.json", command)
        print(f"--- {place}: as a service\n{command}", flush=True)
        self.output = open(self.folder / "service.txt", "w+", encoding="utf-8")
        self.service = subprocess.Popen(["bash", "-c", "exec " + command], cwd=self.folder, env=self.environment,
                                        stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not self.is_ready():
            if self.service.poll() is not None or time.monotonic() > deadline:
                fault(place, "the service does not become ready", self.service_output())
            time.sleep(0.1)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def service_output(self):
        self.output.flush()
        self.output.seek(0)
        return self.output.read()[-4000:]

    def check_metrics(self, place):
        """A page that tells the names of metrics tells all of them, and no others."""
        told = set(re.findall(r"^\| `(\w+)` \| (?:counter|gauge|histogram) \|", self.text, re.MULTILINE))
        if not told:
            return
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/metrics")
        if (token := self.folder / "api.token").exists():  # A service that wants it has it from there.
            request.add_header("Authorization", "Bearer " + token.read_text(encoding="utf-8").strip())
        with urllib.request.urlopen(request, timeout=5) as answer:
            exposed = set(re.findall(r"^# TYPE (\w+) ", answer.read().decode(), re.MULTILINE))
        if told != exposed:
            fault(place, f"metrics not told of: {sorted(exposed - told)}; not exposed: {sorted(told - exposed)}")

    def stop_service(self, place):
        if self.service is None:
            return
        if self.service.poll() is not None:
            fault(place, f"the service has ended with {self.service.returncode}", self.service_output())
        self.check_metrics(place)
        self.service.send_signal(signal.SIGTERM)
        try:
            code = self.service.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.service.kill()
            fault(place, "the service does not stop", self.service_output())
        if code != 0:
            fault(place, f"the service exits with {code}", self.service_output())
        self.output.close()
        self.service = None

    def close(self):
        if self.service is not None and self.service.poll() is None:
            self.service.kill()
            self.service.wait()


def check_links(path):
    prose = CODE.sub("", path.read_text(encoding="utf-8"))
    for target in LINK.findall(prose):
        if not (path.parent / target).exists():
            fault(path.name, f"links to {target}, which is not there")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = pathlib.Path(sys.argv[1]).resolve()
    pages = [pathlib.Path(name) for name in sys.argv[2:]] or [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    blocks = 0
    for path in pages:
        check_links(path)
        with tempfile.TemporaryDirectory() as folder:
            page = Page(path, binary, pathlib.Path(folder))
            try:
                blocks += page.run()
            finally:
                page.close()
    print(f"{len(pages)} pages, {blocks} blocks of commands, all as documented")


if __name__ == "__main__":
    main()
