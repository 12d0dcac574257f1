"""A throw-away PostgreSQL that can be stopped and started again on the same data."""

import pathlib
import shutil
import socket
import subprocess

# PostgreSQL refuses to run as root.
USER = "postgres"


class Postgres:
    """One server on a free port of loopback, with its data in a directory of its own."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.directory.mkdir()
        shutil.chown(self.directory, USER)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", USER, "--no-sync")

    @property
    def url(self):
        return f"postgres://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.directory}"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", str(self.directory / "log"), "-w", "start")
        return self

    def cut(self):
        """Ends it as a power cut would."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    @property
    def _data(self):
        return str(self.directory / "data")

    def _run(self, *command):
        command = ["runuser", "-u", USER, "--", *command]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
