//! The life of a device: stages and the only moves between them (product §3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a device is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Expected; no credentials used yet.
    Planned,
    /// Identity and credentials exist, never connected.
    Provisioned,
    /// Has connected.
    Active,
    /// Taken out of service for a while.
    Maintenance,
    /// Credentials revoked, read-only, history kept.
    Retired,
}

/// What can happen to a device's stage.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Identity and credentials are made.
    Provision,
    /// It connects for the first time.
    FirstContact,
    /// It is taken out of service.
    EnterMaintenance,
    /// It is put back into service.
    LeaveMaintenance,
    /// It ends its life (also when another device replaces it).
    Retire,
}

/// A step that its stage does not allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a {stage} device cannot {step}")]
pub struct NotAllowed {
    /// Where the device is.
    pub stage: Stage,
    /// What was asked for.
    pub step: Step,
}

impl Stage {
    /// All stages in the order of life.
    pub const ALL: [Stage; 5] = [
        Self::Planned,
        Self::Provisioned,
        Self::Active,
        Self::Maintenance,
        Self::Retired,
    ];

    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Provisioned => "provisioned",
            Self::Active => "active",
            Self::Maintenance => "maintenance",
            Self::Retired => "retired",
        }
    }

    /// Whether the device counts as part of the fleet's numbers: everything but planned and retired.
    pub fn in_service(self) -> bool {
        matches!(self, Self::Provisioned | Self::Active | Self::Maintenance)
    }

    /// Whether its credentials open a connection.
    pub fn may_connect(self) -> bool {
        self.in_service()
    }

    /// The stage after `step`. Only the moves of product §3 exist.
    pub fn after(self, step: Step) -> Result<Stage, NotAllowed> {
        match (self, step) {
            (Self::Planned, Step::Provision) => Ok(Self::Provisioned),
            (Self::Provisioned, Step::FirstContact) => Ok(Self::Active),
            (Self::Active, Step::EnterMaintenance) => Ok(Self::Maintenance),
            (Self::Maintenance, Step::LeaveMaintenance) => Ok(Self::Active),
            (
                Self::Planned | Self::Provisioned | Self::Active | Self::Maintenance,
                Step::Retire,
            ) => Ok(Self::Retired),
            (stage, step) => Err(NotAllowed { stage, step }),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.as_str() == text)
            .ok_or_else(|| format!("unknown stage {text:?}"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Provision => "be provisioned",
            Self::FirstContact => "make its first contact",
            Self::EnterMaintenance => "enter maintenance",
            Self::LeaveMaintenance => "leave maintenance",
            Self::Retire => "be retired",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_moves_exist() {
        use Stage::{Active, Maintenance, Planned, Provisioned, Retired};
        let moves = [
            (Planned, Step::Provision, Provisioned),
            (Provisioned, Step::FirstContact, Active),
            (Active, Step::EnterMaintenance, Maintenance),
            (Maintenance, Step::LeaveMaintenance, Active),
            (Planned, Step::Retire, Retired),
            (Provisioned, Step::Retire, Retired),
            (Active, Step::Retire, Retired),
            (Maintenance, Step::Retire, Retired),
        ];
        let steps = [
            Step::Provision,
            Step::FirstContact,
            Step::EnterMaintenance,
            Step::LeaveMaintenance,
            Step::Retire,
        ];
        for stage in Stage::ALL {
            for step in steps {
                let want = moves
                    .iter()
                    .find(|m| m.0 == stage && m.1 == step)
                    .map(|m| m.2);
                assert_eq!(stage.after(step).ok(), want, "{stage} {step:?}");
            }
            assert_eq!(stage.as_str().parse(), Ok(stage));
        }
    }
}
