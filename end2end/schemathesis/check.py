"""The management REST against its own description: Schemathesis sends what the description allows and what it forbids,
and looks for failures inside (5xx) and for answers that are not described."""

import pathlib
import subprocess
import sys
import tempfile

import requests

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sdk-python"))

from hub import Hub, Person  # noqa: E402

# Seconds for each of the two runs below; together they stay below two minutes.
EVERYTHING_S, ACCOUNTS_S = 75, 20

# Below the pace of one caller, so that few requests are only told to wait.
RATE = "90/s"

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
]

# These can end the very account that is asking, so they come last.
ACCOUNTS = ["updatePerson", "resetPassword", "revokeTokenOf", "revokeToken"]


def token(hub, name):
    """A token of an administrator that does all they may."""
    password = "a password for the tests"
    hub.cli_with_input(f"{password}\n", "user", "create", name, "--role", "admin", "--password-stdin")
    person = Person(f"http://{hub.ready['http']}", name, password)
    actions = requests.get(f"{person.base}/api/v1/openapi.json", timeout=10).json()
    actions = actions["components"]["schemas"]["Token"]["properties"]["actions"]["items"]["enum"]
    made = person.call("tokens/create", **{"name": "schemathesis", "actions[]": actions, "days": "1"})
    return made["secret"]


def seed(base, bearer):
    """Something to be found by those who guess ids."""
    call = requests.Session()
    call.headers["Authorization"] = bearer
    for device in ("pump-1", "0", "a", "%41"):
        answer = call.post(f"{base}/api/v1/devices", json={"deviceId": device, "tags": {"region": "north"}}, timeout=10)
        assert answer.status_code == 201, answer.text


def run(base, bearer, seconds, *chosen):
    """One run; says whether nothing was found."""
    command = [
        str(HERE / ".venv/bin/schemathesis"), "run", f"{base}/api/v1/openapi.json",
        "--header", f"Authorization: {bearer}", "--checks", ",".join(CHECKS), "--rate-limit", RATE,
        "--phases", "examples,coverage,fuzzing", "--max-time", str(seconds), "--max-examples", "40", "--continue-on-failure",
        "--seed", "1", "--warnings", "off", "--no-color", *chosen,
    ]
    return subprocess.run(command, cwd=tempfile.gettempdir(), timeout=seconds * 3, check=False).returncode == 0


def main():
    with tempfile.TemporaryDirectory(prefix="muster-schemathesis-") as directory:
        hub = Hub(pathlib.Path(directory) / "data", mqtt="127.0.0.1:0")
        try:
            hub.start()
            base = f"http://{hub.ready['http']}"
            bearer = f"Bearer {token(hub, 'tester')}"
            seed(base, bearer)
            without = [part for name in ACCOUNTS for part in ("--exclude-operation-id", name)]
            fine = run(base, bearer, EVERYTHING_S, *without)
            me = requests.get(f"{base}/api/v1/me", headers={"Authorization": bearer}, timeout=10)
            assert me.status_code == 200, f"the token was lost on the way: {me.text}"
            alone = [part for name in ACCOUNTS for part in ("--include-operation-id", name)]
            fine = run(base, bearer, ACCOUNTS_S, *alone) and fine
        finally:
            hub.close()
    sys.exit(0 if fine else 1)


main()
