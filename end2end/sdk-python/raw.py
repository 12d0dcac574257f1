"""A plain MQTT client for what the SDK does not let one do: paho, with every field in our hands."""

import queue
import ssl

import paho.mqtt.client as mqtt

from hub import ADDRESS
from tokens import token

WAIT_S = 10


class RawClient:
    """One connection; what happens to it lands in queues."""

    def __init__(self, hub, client_id, key=None, *, username=None, password=None, clean=False, keep_alive=60, will=None):
        self.connacks = queue.Queue()
        self.closed = queue.Queue()
        self.messages = queue.Queue()
        self.granted = queue.Queue()
        self.acknowledged = queue.Queue()
        self.keep_alive = keep_alive
        self.client = mqtt.Client(client_id=client_id, clean_session=clean, reconnect_on_failure=False)
        context = ssl.create_default_context(cadata=hub.ca)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.client.tls_set_context(context)
        if username is None:
            username = f"{ADDRESS}/{client_id}/?api-version=2021-04-12"
        if password is None:
            password = token(key, f"{ADDRESS}%2Fdevices%2F{client_id}")
        self.client.username_pw_set(username, password)
        self.client.on_connect = lambda _c, _u, flags, code: self.connacks.put((code, flags.get("session present")))
        self.client.on_disconnect = lambda _c, _u, code: self.closed.put(code)
        self.client.on_message = lambda _c, _u, message: self.messages.put(message)
        self.client.on_subscribe = lambda _c, _u, _mid, granted: self.granted.put(granted)
        self.client.on_publish = lambda _c, _u, mid: self.acknowledged.put(mid)
        if will is not None:
            self.client.will_set(*will)

    def connect(self):
        """Connects and returns CONNACK's code and session-present bit."""
        self.client.connect(ADDRESS, 8883, self.keep_alive)
        self.client.loop_start()
        return self.connacks.get(timeout=WAIT_S)

    def subscribe(self, topic_filter, qos=1):
        """Subscribes and returns the granted quality of service."""
        self.client.subscribe(topic_filter, qos)
        return self.granted.get(timeout=WAIT_S)[0]

    def twin(self, payload=b" ", qos=0):
        """Asks for the twin and returns the response message."""
        self.client.publish("$iothub/twin/GET/?$rid=1", payload, qos)
        return self.messages.get(timeout=WAIT_S)

    def cut(self):
        """Ends the connection as a broken network does."""
        self.client._sock.close()

    def close(self):
        """Says goodbye."""
        self.client.disconnect()
        self.client.loop_stop()
