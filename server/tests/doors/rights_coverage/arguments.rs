//! Arguments with which every server function can be called, and how it answers those who may call it.

/// How to call a function.
#[derive(Debug)]
pub(super) struct Arguments {
    pub(super) path: &'static str,
    /// Form-encoded, or JSON when it begins with a brace; `{device}` stands for a device's id.
    pub(super) body: &'static str,
    /// The status for whoever may call it.
    pub(super) status: u16,
}

impl Arguments {
    pub(super) fn content_type(&self) -> &'static str {
        if self.body.starts_with("{\"") {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        }
    }
}

const fn of(path: &'static str, body: &'static str, status: u16) -> Arguments {
    Arguments { path, body, status }
}

/// Nobody has the number 999: what would change an account finds none.
pub(super) const ARGUMENTS: &[Arguments] = &[
    of("/rpc/session/whoami", "", 200),
    of("/rpc/session/set_home", "home=nowhere", 422),
    of("/rpc/people/list", "from=", 200),
    of("/rpc/people/show", "id=999", 404),
    of("/rpc/people/create", "name=A%20B", 422),
    of(
        "/rpc/people/update",
        "id=999&display_name=x&grants[0][role]=operator&grants[0][scope]=",
        404,
    ),
    of("/rpc/people/set_active", "id=999&active=false", 404),
    of("/rpc/people/reset_password", "id=999", 404),
    of("/rpc/tokens/list", "", 200),
    of(
        "/rpc/tokens/create",
        "name=ci&actions[]=see_devices&scope=&days=0",
        422,
    ),
    of("/rpc/tokens/revoke", "id=999", 404),
    of("/rpc/tokens/list_of", "person=999", 404),
    of("/rpc/tokens/revoke_of", "person=999&id=999", 404),
    of("/rpc/fleet/page", "query=", 200),
    of("/rpc/fleet/count", "query=", 200),
    of("/rpc/fleet/find", "text=a", 200),
    of("/rpc/fleet/hints", "path=deviceId", 200),
    of("/rpc/fleet/views", "", 200),
    of("/rpc/fleet/save_view", "id=999&name=x&query=", 404),
    of("/rpc/fleet/delete_view", "id=999", 404),
    of("/rpc/fleet/pin_view", "id=999", 404),
    of("/rpc/fleet/values", "ids={device}&columns=", 200),
    of("/rpc/fleet/view_counts", "ids=1", 200),
    of("/rpc/devices/show", "id={device}", 200),
    of("/rpc/devices/revisions", "id={device}", 200),
    of("/rpc/devices/compare", "id={device}&from=1&to=1", 200),
    of("/rpc/devices/way_back", "id={device}&version=1", 200),
    of(
        "/rpc/devices/restore",
        "id={device}&version=1&etag=x&reason=y",
        409,
    ),
    of("/rpc/devices/twin", "id={device}", 200),
    of("/rpc/devices/timeline", "id={device}", 200),
    of("/rpc/devices/telemetry", "id={device}&range=day", 200),
    of(
        "/rpc/devices/save_twin",
        "id={device}&etag=old&tags=%7B%7D&desired=%7B%7D",
        409,
    ),
    // The device is not connected, and that is an answer.
    of("/rpc/devices/invoke_method", "id={device}&method=ping", 200),
    of("/rpc/devices/method_history", "id={device}", 200),
    of(
        "/rpc/devices/set_status",
        "id={device}&etag=old&status=disabled",
        409,
    ),
    of("/rpc/devices/connection_string", "id={device}", 200),
    of("/rpc/configurations/list", "", 200),
    of("/rpc/configurations/show", "id=none", 404),
    of(
        "/rpc/configurations/preview",
        "priority=0&content=%7B%22deviceContent%22%3A%7B%7D%7D",
        200,
    ),
    of("/rpc/configurations/of_device", "id={device}", 200),
    of(
        "/rpc/configurations/save",
        "id=none&etag=old&priority=0&content=%7B%22deviceContent%22%3A%7B%7D%7D",
        404,
    ),
    of("/rpc/configurations/delete", "id=none&etag=old", 404),
    of("/rpc/home/queue", "", 200),
    of("/rpc/home/oversight", "", 200),
    of("/rpc/home/goals", "", 200),
    of("/rpc/home/hub", "", 200),
    of("/rpc/home/leave_note", "text=", 422),
    of("/rpc/health/show", "by=&filter=&range=week", 200),
    of("/rpc/firmware/list", "", 200),
    of("/rpc/firmware/show", "artifact=999", 404),
    of(
        "/rpc/firmware/set_state",
        "artifact=999&available=false",
        404,
    ),
    of("/rpc/firmware/delete", "artifact=999", 404),
    of("/rpc/approvals/list", "", 200),
    of("/rpc/approvals/due", "", 200),
    of("/rpc/approvals/decide", "id=999&approve=true", 404),
    of("/rpc/approvals/withdraw", "id=999", 404),
    of("/rpc/approvals/policy", "", 200),
    of("/rpc/approvals/set_policy", "hours=0", 422),
    of(
        "/rpc/windows/week",
        "zone=Europe%2FBerlin&day=2026-11-23",
        200,
    ),
    of("/rpc/windows/today", "", 200),
    of("/rpc/windows/form", "kind=window&id=-", 200),
    of("/rpc/windows/save", "kind=window&name=Night", 422),
    of("/rpc/windows/delete", "kind=window&id=nothing&etag=x", 404),
    of("/rpc/windows/set_zone", "zone=Nowhere", 422),
    of("/rpc/places/list", "", 200),
    of("/rpc/places/form", "id=-", 200),
    of("/rpc/places/save", "name=Yard&outline[kind]=circle", 422),
    of("/rpc/alerts/inbox", "", 200),
    of("/rpc/alerts/tally", "", 200),
    of("/rpc/alerts/show", "id=999", 404),
    of("/rpc/alerts/of_device", "id={device}", 200),
    of("/rpc/alerts/handle", "ids=999&verb=acknowledge", 404),
    of("/rpc/alerts/direct", "ids=999&verb=escalate", 404),
    of("/rpc/alerts/rules", "", 200),
    of(
        "/rpc/alerts/preview_rule",
        "condition=contact%20%3D%20%27silent%27",
        200,
    ),
    of("/rpc/alerts/rule", "id=-", 200),
    of(
        "/rpc/alerts/save_rule",
        "id=999&etag=x&rule[name]=Warm&rule[severity]=serious&rule[condition]=drift%20%3D%20true",
        404,
    ),
    of("/rpc/alerts/delete_rule", "id=999&etag=x", 404),
    of("/rpc/operations/list", "query=", 200),
    of("/rpc/operations/running", "", 200),
    of("/rpc/operations/show", "id=999", 404),
    of("/rpc/operations/targets", "id=999&query=", 404),
    of("/rpc/operations/events", "id=999", 404),
    of("/rpc/operations/of_device", "device={device}", 200),
    of("/rpc/operations/steer", "id=999&verb=resume", 404),
    of("/rpc/operations/pass", "id=999&gate=0&reason=x", 404),
    of("/rpc/operations/retry", "id=999&list=", 404),
    of("/rpc/operations/draft", "", 200),
    of("/rpc/operations/save_what", "what[kind]=delete", 200),
    of("/rpc/operations/save_who", "id=999&who[by]=query", 404),
    of("/rpc/operations/save_how", "id=999&how[waves]=once", 404),
    of("/rpc/operations/begin", "list=", 200),
    of("/rpc/operations/copy", "id=999", 404),
    of("/rpc/operations/delete_draft", "id=999", 404),
    of("/rpc/operations/preview", "id=999", 404),
    of("/rpc/operations/create", "id=999", 404),
    of("/rpc/embeds/list", "", 200),
    of("/rpc/embeds/show", "id=999", 404),
    of("/rpc/embeds/create", "name=x&kind=nothing&days=30", 422),
    of("/rpc/embeds/revoke", "id=999", 404),
];
