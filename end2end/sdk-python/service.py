"""The official service SDK against a hub: any port will do for its REST (spec 6.1)."""

from azure.iot.hub import IoTHubRegistryManager
from msrest.exceptions import HttpOperationError


def connection_string(hub, policy="iothubowner"):
    """A policy's connection string, with the address of the hub's HTTPS listener as the host."""
    given = hub.cli("policy", "connection-string", policy).strip()
    _, rest = given.split(";", 1)
    return f"HostName={address(hub)};{rest}"


def address(hub):
    """Host and port of HTTPS."""
    return hub.ready["https"].removeprefix("https://")


def trusting(hub, manager):
    """The manager, told to trust the hub's own authority."""
    manager.protocol.config.connection.verify = str(hub.data_dir / "tls" / "ca.pem")
    return manager


def registry(hub, policy="iothubowner"):
    """The SDK's registry manager: identities, twins, queries, methods."""
    return trusting(hub, IoTHubRegistryManager.from_connection_string(connection_string(hub, policy)))


def error_of(call, *arguments, **named):
    """Calls what must fail; gives the status, the name of the code and the body as the SDK hands them on."""
    try:
        call(*arguments, **named)
    except HttpOperationError as error:
        response = error.response
        return response.status_code, response.headers.get("iothub-errorcode"), response.json()
    raise AssertionError(f"{call.__name__} was not refused")
