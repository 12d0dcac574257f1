"""Shared access signatures made by hand, to control every byte of them (spec 1.2)."""

import base64
import hashlib
import hmac
import time
import urllib.parse


def sign(key, signed_resource, expires_at):
    """The signature over `sr` exactly as it is written in the token."""
    message = f"{signed_resource}\n{expires_at}".encode()
    digest = hmac.new(base64.b64decode(key), message, hashlib.sha256).digest()
    return urllib.parse.quote(base64.b64encode(digest), safe="")


def forged(signature):
    """The same signature with one bit changed."""
    digest = bytearray(base64.b64decode(urllib.parse.unquote(signature)))
    digest[0] ^= 1
    return urllib.parse.quote(base64.b64encode(digest), safe="")


def token(key, signed_resource, valid_for_s=3600, policy=None):
    """A token for a resource that is written as given."""
    expires_at = int(time.time()) + valid_for_s
    text = f"SharedAccessSignature sr={signed_resource}&sig={sign(key, signed_resource, expires_at)}&se={expires_at}"
    return text + (f"&skn={policy}" if policy else "")
