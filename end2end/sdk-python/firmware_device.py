"""A device that updates its firmware from the hub: the example of server/docs/firmware.md, run by test_firmware.py."""

import hashlib
import pathlib
import time

import requests
from azure.iot.device import IoTHubDeviceClient

CHUNK = 64 * 1024
TRIES = 5


class UpdateFailed(Exception):
    """An update that the device gives up, with a code for programs and a text for people."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Device:
    """Follows properties.desired.firmware. `install` writes the image and starts it; here it only says that it runs."""

    def __init__(self, connection_string, ca_file, storage, version, install=lambda image: None):
        ca = pathlib.Path(ca_file)
        self.ca_file = str(ca)
        self.client = IoTHubDeviceClient.create_from_connection_string(
            connection_string, server_verification_cert=ca.read_text()
        )
        self.image = pathlib.Path(storage) / "new-image"
        self.version = version
        self.install = install
        self.tried = None

    def run_once(self):
        """Looks at what is asked, and does it if it is new. Call it after each connect and after each desired patch."""
        if not self.client.connected:
            self.client.connect()
            self.client.patch_twin_reported_properties({"firmware": {"version": self.version}})
        wish = self.client.get_twin()["desired"].get("firmware", {})
        new = (wish.get("operation"), wish.get("url")) != self.tried
        if "sha256" not in wish or wish["version"] == self.version or not new:
            return
        self.tried = (wish.get("operation"), wish.get("url"))
        try:
            self.update(wish)
        except UpdateFailed as failure:
            self.report(wish, "failed", error={"code": failure.code, "text": str(failure)})

    def update(self, wish):
        self.report(wish, "downloading")
        self.download(wish)
        self.report(wish, "verifying")
        if hashlib.sha256(self.image.read_bytes()).hexdigest() != wish["sha256"]:
            self.image.unlink()
            raise UpdateFailed("hash_mismatch", "the file does not have the SHA-256 that was asked for")
        self.report(wish, "installing")
        self.install(self.image)
        self.report(wish, "rebooting", progress=100)
        self.client.disconnect()  # a real device restarts here; what follows is done by the new firmware
        self.version = wish["version"]
        self.client.connect()
        self.client.patch_twin_reported_properties({"firmware": {"version": self.version}})
        self.report(wish, "succeeded", progress=100)

    def download(self, wish):
        """Fetches the file, going on where it was cut: by a lost connection, or by the last restart."""
        for _ in range(TRIES):
            have = self.image.stat().st_size if self.image.exists() else 0
            if have >= wish["size"]:
                return
            headers = {"Range": f"bytes={have}-", "If-Range": f'"{wish["sha256"]}"'}
            try:
                with requests.get(wish["url"], headers=headers, stream=True, verify=self.ca_file, timeout=30) as answer:
                    if answer.status_code == 503:
                        time.sleep(int(answer.headers.get("Retry-After", "30")))
                        continue
                    if answer.status_code not in (200, 206):
                        error = answer.json()["error"]
                        raise UpdateFailed(error["code"], error["text"])
                    # 200 is the whole file: what is here belongs to another one.
                    with self.image.open("ab" if answer.status_code == 206 else "wb") as file:
                        for chunk in answer.iter_content(CHUNK):
                            file.write(chunk)
                self.report(wish, "downloading", progress=self.image.stat().st_size * 100 // wish["size"])
            except requests.RequestException:
                time.sleep(1)
        if not self.image.exists() or self.image.stat().st_size < wish["size"]:
            raise UpdateFailed("download_failed", "the connection was cut again and again")

    def report(self, wish, state, progress=0, error=None):
        update = {
            "target": wish["version"],
            "operation": wish.get("operation"),
            "state": state,
            "progress": progress,
            "error": error,
        }
        self.client.patch_twin_reported_properties({"firmware": {"update": update}})
