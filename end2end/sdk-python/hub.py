"""A Muster process for tests: started, asked, killed, started again on the same data."""

import json
import os
import pathlib
import re
import select
import signal
import subprocess
import time
import urllib.parse

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("MUSTER_BIN", ROOT / "target/release/muster"))

# The Python device SDK dials port 8883, whatever the connection string says (spec 6.1); a loopback address of its own
# keeps this hub apart from others on the machine.
ADDRESS = "127.0.0.11"

START_WITHIN_S = 30


class Hub:
    """One hub with a data directory of its own."""

    def __init__(self, data_dir, mqtt=f"{ADDRESS}:8883"):
        self.data_dir = pathlib.Path(data_dir)
        self.passwords_file = self.data_dir.with_suffix(".passwords")
        self.mqtt = mqtt
        self.process = None
        self.ready = None
        self.log = open(self.data_dir.with_suffix(".log"), "ab")

    def start(self):
        """Starts the process and waits for its ready line."""
        command = [
            str(BINARY), "serve", "--data-dir", str(self.data_dir), "--hostname", ADDRESS,
            "--http", "127.0.0.1:0", "--https", f"{ADDRESS}:0", "--admin", "127.0.0.1:0", "--mqtt", self.mqtt,
            "--demo", "--demo-devices", "0", "--demo-passwords", str(self.passwords_file),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self.log)
        readable, _, _ = select.select([self.process.stdout], [], [], START_WITHIN_S)
        line = self.process.stdout.readline() if readable else b""
        if not line:
            raise RuntimeError(f"muster did not start: {pathlib.Path(self.log.name).read_text()[-2000:]}")
        self.ready = json.loads(line)
        assert self.ready["ready"] is True
        return self

    def kill(self):
        """Ends the process without warning, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self):
        """Asks the process to end and waits for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(30) == 0

    def close(self):
        """Ends whatever is left."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self.log.close()

    @property
    def ca(self):
        """The hub's CA certificate as text."""
        return (self.data_dir / "tls" / "ca.pem").read_text()

    def cli(self, *words):
        """Runs a subcommand against this hub and returns what it prints."""
        return self.cli_with_input(None, *words)

    def cli_with_input(self, text, *words):
        """The same with something to read."""
        command = [str(BINARY), *words, "--data-dir", str(self.data_dir)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def create_device(self, device_id):
        """Registers a device and returns its connection string."""
        self.cli("device", "create", device_id)
        return self.connection_string(device_id)

    def connection_string(self, device_id, *flags):
        """The device's connection string, with its primary key unless a flag says otherwise."""
        return self.cli("device", "connection-string", device_id, *flags).strip()

    def twin(self, device_id):
        """The device with its twin, as the command line shows it."""
        return json.loads(self.cli("device", "show", device_id, "--json"))

    def sign_in(self, role="operator"):
        """A signed-in person, as a browser would be."""
        password = json.loads(self.passwords_file.read_text())[role]
        return Person(f"http://{self.ready['http'].removeprefix('http://')}", role, password)


class Person:
    """Somebody at the dashboard: speaks to the same server functions as the pages."""

    def __init__(self, base, name, password):
        self.base = base
        self.http = requests.Session()
        self.http.headers["Origin"] = base
        form = {"name": name, "password": password, "next": "/fleet"}
        answer = self.http.post(f"{base}/sign-in", data=form, allow_redirects=False, timeout=10)
        assert answer.status_code == 303 and "problem" not in answer.headers["location"], answer.headers

    def call(self, endpoint, within_s=10, **arguments):
        """Calls a server function with form arguments and returns its JSON."""
        headers = {"Accept": "application/json"}
        answer = self.http.post(f"{self.base}/rpc/{endpoint}", data=arguments, headers=headers, timeout=within_s)
        assert answer.ok, f"{endpoint}: {answer.status_code} {answer.text}"
        return answer.json()

    def write(self, device_id, section, patch):
        """Merges a patch into tags or desired properties, as the twin editor does: whole documents and an ETag."""
        twin = self.call("devices/twin", id=device_id)
        documents = {"tags": twin["tags"], "desired": twin["desired"]}
        documents[section] = merged(documents[section], patch)
        texts = {name: json.dumps(document) for name, document in documents.items()}
        return self.call("devices/save_twin", id=device_id, etag=twin["etag"], **texts)

    def set_status(self, device_id, status):
        """Enables or disables a device."""
        etag = self.call("devices/show", id=device_id)["etag"]
        self.call("devices/set_status", id=device_id, etag=etag, status=status, reason="test")

    def page(self, path):
        """The HTML of a page."""
        answer = self.http.get(f"{self.base}{path}", timeout=10)
        assert answer.ok, f"{path}: {answer.status_code}"
        return answer.text


def merged(document, patch):
    """JSON merge patch (RFC 7396)."""
    result = dict(document)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            inner = result.get(key)
            result[key] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[key] = value
    return result


def key_of(connection_string):
    """The shared key in a connection string."""
    return re.search(r"SharedAccessKey=(.+)$", connection_string).group(1)


def device_path(device_id):
    """The address of a device's page."""
    return f"/devices/{urllib.parse.quote(device_id, safe='')}"


def eventually(check, within_s=5.0, every_s=0.05):
    """Waits until `check` gives something true, and returns it."""
    deadline = time.monotonic() + within_s
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"did not happen within {within_s} s"
        time.sleep(every_s)
