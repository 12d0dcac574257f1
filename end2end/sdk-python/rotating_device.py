"""A device that changes over to new keys: the example of server/docs/key-rotation.md, run by test_rotation.py."""

import json
import os
import pathlib
import threading

from azure.iot.device import IoTHubDeviceClient, MethodResponse
from azure.iot.device.exceptions import ConnectionFailedError, CredentialError


class Device:
    """Keeps the key that works, and beside it the new one until that has worked."""

    def __init__(self, connection_string, ca_file, storage):
        parts = dict(part.split("=", 1) for part in connection_string.split(";"))
        self.host, self.id = parts["HostName"], parts["DeviceId"]
        self.ca = pathlib.Path(ca_file).read_text()
        self.file = pathlib.Path(storage) / "keys.json"
        self.lock = threading.Lock()  # calls arrive in a thread of their own
        if not self.file.exists():
            self.store([parts["SharedAccessKey"]])
        self.handed = threading.Event()
        self.client = None

    def store(self, keys):
        """Writes the keys, the newest first, so that a power cut leaves the old file or the new one."""
        new = self.file.with_suffix(".new")
        with new.open("w") as file:
            json.dump(keys, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.file)

    @property
    def keys(self):
        return json.loads(self.file.read_text())

    def connect(self):
        """Signs in with the newest key that the hub takes, and then forgets the others."""
        self.disconnect()
        refused = None
        for key in self.keys:
            client = IoTHubDeviceClient.create_from_symmetric_key(
                key, self.host, self.id, server_verification_cert=self.ca
            )
            client.on_method_request_received = self.on_method
            self.client = client
            try:
                client.connect()
            except (CredentialError, ConnectionFailedError) as error:
                refused = error
                self.disconnect()
                continue
            if isinstance(refused, CredentialError) or key == self.keys[0]:
                with self.lock:
                    self.store([key])
            return
        raise refused

    def disconnect(self):
        if self.client is not None:
            self.client.shutdown()
            self.client = None

    def on_method(self, request):
        """The same key may come twice: the hub asks again when it has not heard the answer."""
        if request.name != "rotateKey":
            self.answer(request, 404)
            return
        key = (request.payload or {}).get("key")
        if not key:
            self.answer(request, 400)
            return
        with self.lock:
            self.store([key] + [old for old in self.keys if old != key])
        self.answer(request, 200)
        self.handed.set()

    def answer(self, request, status):
        self.client.send_method_response(MethodResponse.create_from_method_request(request, status))

    def run_once(self, timeout):
        """Waits for a new key and signs in with it."""
        if self.handed.wait(timeout):
            self.handed.clear()
            self.connect()
