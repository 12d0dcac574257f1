//! Telemetry as the device page shows it: the numbers in a device's stored messages.

use std::collections::BTreeMap;

use muster_core::message::{Point, numeric_fields};
use muster_core::time::Timestamp;

use crate::access::DevicePermit;
use crate::access::kinds::SeeDevices;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most messages read for one series. At one message per ten seconds this is a day and more.
pub const MAX_MESSAGES: usize = 10_000;

/// Most different fields offered.
const MAX_FIELDS: usize = 50;

/// The numbers of one field of a device's messages.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// Every numeric field seen in the range, by name.
    pub fields: Vec<String>,
    /// The field that `points` belong to; `None` when there is no number at all.
    pub field: Option<String>,
    /// The points, oldest first.
    pub points: Vec<Point>,
    /// The oldest instant that was looked at: later than asked when the range held more than [`MAX_MESSAGES`].
    pub from: Timestamp,
}

impl Hub {
    /// One numeric field of the device's messages in a range; without `field` the one seen most often.
    pub async fn series(
        &self,
        permit: &DevicePermit<SeeDevices>,
        field: Option<&str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Series, ServiceError> {
        let messages = self
            .store()
            .messages(permit.device(), from, to, MAX_MESSAGES)
            .await?;
        let cut = messages.len() == MAX_MESSAGES;
        let oldest = messages.last().map_or(from, |m| m.content.at);
        let mut by_field: BTreeMap<String, Vec<Point>> = BTreeMap::new();
        for message in messages.iter().rev() {
            for (name, value) in numeric_fields(&message.content.body) {
                if by_field.len() < MAX_FIELDS || by_field.contains_key(&name) {
                    let at = message.content.at;
                    by_field.entry(name).or_default().push(Point { at, value });
                }
            }
        }
        let fields = by_field.keys().cloned().collect();
        let field = match field {
            Some(asked) => Some(asked.to_owned()),
            None => by_field
                .iter()
                .max_by_key(|(_, points)| points.len())
                .map(|(name, _)| name.clone()),
        };
        let points = field
            .as_ref()
            .and_then(|name| by_field.remove(name))
            .unwrap_or_default();
        Ok(Series {
            fields,
            field,
            points,
            from: if cut { oldest } else { from },
        })
    }
}
