//! `muster check`: is the database what it should be?

use crate::backup::quick_check;
use crate::engine::{Connection, Sql};
use crate::error::StorageError;
use crate::records::Finding;
use crate::store::Store;

const HALF_DEVICES: Sql = Sql::both(
    "looking for devices without a twin",
    "SELECT COUNT(*) FROM device AS d
     LEFT JOIN twin AS t ON t.device_key = d.device_key
     LEFT JOIN presence AS p ON p.device_key = d.device_key
     WHERE t.device_key IS NULL OR p.device_key IS NULL",
);

const COUNTERS_BEHIND: Sql = Sql::both(
    "comparing sequences",
    "SELECT COUNT(*) FROM writer
     WHERE last_event < (SELECT COALESCE(MAX(seq), 0) FROM event)
        OR last_message < (SELECT COALESCE(MAX(seq), 0) FROM message)
        OR last_device < (SELECT COALESCE(MAX(device_key), 0) FROM device)",
);

const MISCOUNTED: Sql = Sql::both(
    "counting the targets of operations",
    "SELECT COUNT(*) FROM operation_wave AS w
     LEFT JOIN (SELECT operation_id, wave,
                       SUM(CASE WHEN state = 0 THEN 1 ELSE 0 END) AS pending,
                       SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS running,
                       SUM(CASE WHEN state = 2 THEN 1 ELSE 0 END) AS succeeded,
                       SUM(CASE WHEN state = 3 THEN 1 ELSE 0 END) AS failed,
                       SUM(CASE WHEN state = 4 THEN 1 ELSE 0 END) AS skipped
                FROM operation_target GROUP BY operation_id, wave) AS t
       ON t.operation_id = w.operation_id AND t.wave = w.wave
     WHERE w.pending <> COALESCE(t.pending, 0) OR w.running <> COALESCE(t.running, 0)
        OR w.succeeded <> COALESCE(t.succeeded, 0) OR w.failed <> COALESCE(t.failed, 0)
        OR w.skipped <> COALESCE(t.skipped, 0)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&HALF_DEVICES, &COUNTERS_BEHIND, &MISCOUNTED];

impl Store {
    /// Looks for what is wrong with the database; nothing, when all is well.
    pub async fn check(&self) -> Result<Vec<Finding>, StorageError> {
        let mut findings = Vec::new();
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        if let Connection::Sqlite(_) = connection {
            let faults = quick_check(&mut connection).await?;
            findings.extend(faults.into_iter().map(|problem| Finding {
                subject: "database file",
                problem,
                remedy: "restore a backup",
            }));
        }
        let half = connection.number(&HALF_DEVICES, []).await?;
        if half > 0 {
            findings.push(Finding {
                subject: "devices",
                problem: format!("{half} devices have no twin or no presence"),
                remedy: "delete and create them again, or restore a backup",
            });
        }
        if connection.number(&COUNTERS_BEHIND, []).await? > 0 {
            findings.push(Finding {
                subject: "sequences",
                problem: "there are rows newer than the newest number given out".into(),
                remedy: "restore a backup; the tables were changed by hand",
            });
        }
        let miscounted = connection.number(&MISCOUNTED, []).await?;
        if miscounted > 0 {
            findings.push(Finding {
                subject: "bulk operations",
                problem: format!("the numbers of {miscounted} waves differ from a full count"),
                remedy: "restore a backup; the tables were changed by hand",
            });
        }
        drop(reader);
        if let Some(fault) = self.verify_audit().await?.fault {
            findings.push(Finding {
                subject: "audit trail",
                problem: fault.to_string(),
                remedy: "find out who had access to the database; compare with a backup",
            });
        }
        if let Err(error @ StorageError::Corrupt { .. }) = self.policies().await {
            findings.push(Finding {
                subject: "access policies",
                problem: error.to_string(),
                remedy: "restore a backup, or delete the policy's row: new keys are made at the next start",
            });
        }
        Ok(findings)
    }
}
