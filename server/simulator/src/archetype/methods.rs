//! The direct methods that simulated devices know. They tell the truth about the device, or say that they do not know.

use serde_json::{Value, json};

use super::Archetype;

/// What a device answers to a call.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    /// Its status: 200 when it was done, 404 for methods it does not know, 400 for payloads it cannot use.
    pub status: i32,
    /// What it says to it.
    pub payload: Value,
    /// It goes away now and comes back later.
    pub restarts: bool,
}

/// What every device knows.
const KNOWN: [&str; 5] = ["ping", "getStatus", "identify", "reboot", "rotateKey"];

/// Longest time a device blinks to be found.
const MAX_BLINK_S: u64 = 600;

impl Archetype {
    /// Does what a call asks for.
    pub fn call(&self, method: &str, payload: &Value) -> Reply {
        let reply = |status, payload| Reply {
            status,
            payload,
            restarts: false,
        };
        match method {
            "ping" => reply(200, json!({ "echo": payload })),
            "getStatus" => reply(200, self.report()),
            "identify" => match payload["seconds"]
                .as_u64()
                .or(payload.is_null().then_some(10))
            {
                Some(seconds @ 1..=MAX_BLINK_S) => reply(200, json!({ "blinksForS": seconds })),
                _ => reply(400, json!({ "error": "seconds is a number from 1 to 600" })),
            },
            "reboot" => Reply {
                restarts: true,
                ..reply(200, json!({ "restarting": true }))
            },
            _ => reply(404, json!({ "error": "no such method", "methods": KNOWN })),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;
    use crate::archetype::Gateway;

    #[test]
    fn devices_answer_what_they_know() {
        let mut rng = StdRng::seed_from_u64(1);
        let gateway = Archetype::Gateway(Gateway::new(&mut rng, "5.0.3", 12));
        let check = |method: &str, payload: Value, status, want: Value| {
            let reply = gateway.call(method, &payload);
            assert_eq!((reply.status, &reply.payload), (status, &want), "{method}");
            assert_eq!(reply.restarts, method == "reboot");
        };
        check("ping", json!([1]), 200, json!({ "echo": [1] }));
        check("getStatus", Value::Null, 200, gateway.report());
        check("identify", Value::Null, 200, json!({ "blinksForS": 10 }));
        let blink = json!({ "seconds": 30 });
        check("identify", blink, 200, json!({ "blinksForS": 30 }));
        let error = json!({ "error": "seconds is a number from 1 to 600" });
        for bad in [
            json!({ "seconds": 0 }),
            json!({ "seconds": 601 }),
            json!("x"),
        ] {
            check("identify", bad, 400, error.clone());
        }
        check("reboot", Value::Null, 200, json!({ "restarting": true }));
        let unknown = json!({ "error": "no such method", "methods": KNOWN });
        check("Ping", Value::Null, 404, unknown);
    }
}
