//! Drafts, and what can be chosen while one writes them.

use muster_core::gate::{Gate, SheetKind, Slug};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{MAX_NAMED, Plan};
use muster_query::{Condition, Literal};
use muster_service::access::kinds::{RunOperations, SeeDevices};
use muster_service::{Access, Hub, Permit, SheetRow};

use crate::error::AppError;
use crate::pages::operation_new::address::{NewAddress, Step};
use crate::rpc::operations::plan::{self, Part, problems_of};
use crate::rpc::operations::{Draft, DraftRow, GateRow, Known, Who, words};

/// How each function of the wizard begins: the hub, who asks, and the proof that they may run operations.
pub struct Wizard {
    /// The hub.
    pub hub: Hub,
    /// Who asks.
    pub access: Access,
    /// The proof.
    pub permit: Permit<RunOperations>,
}

impl Wizard {
    /// The beginning.
    pub fn begin() -> Result<Self, AppError> {
        let access = crate::session::require()?;
        let hub = crate::session::hub()?;
        let permit = hub.permit::<RunOperations>(&access)?;
        Ok(Self {
            hub,
            access,
            permit,
        })
    }

    /// A draft of one's own. One that an older hub wrote differently begins anew where it cannot be read.
    pub async fn draft(&self, id: OperationId) -> Result<Draft, AppError> {
        let drafts = self.hub.drafts(&self.permit).await?;
        let found = drafts.into_iter().find(|draft| draft.id == id);
        let found = found.ok_or(AppError::NotFound)?;
        Ok(serde_json::from_value(found.body).unwrap_or_default())
    }

    /// Changes one step of a draft, and leads on, or back to what is wrong.
    pub async fn save(
        &self,
        id: &str,
        part: Part,
        change: impl FnOnce(&mut Draft),
    ) -> Result<(), AppError> {
        let id = id.parse().ok().map(OperationId);
        let mut draft = match id {
            Some(id) => self.draft(id).await?,
            None => Draft::default(),
        };
        change(&mut draft);
        let (here, next) = match part {
            Part::What => (Step::What, Step::Who),
            Part::Who => (Step::Who, Step::How),
            Part::How => (Step::How, Step::Review),
        };
        let wrong = !problems_of(&draft, part).is_empty();
        let place = match self.keep(id, &draft).await {
            Ok(id) if wrong => NewAddress {
                tried: true,
                ..NewAddress::of(id, here)
            },
            Ok(id) => NewAddress::of(id, next),
            Err(error) if crate::session::is_plain_form() => {
                tracing::warn!(error = %error, "a draft could not be kept");
                NewAddress {
                    draft: id,
                    step: here,
                    failed: true,
                    ..NewAddress::default()
                }
            }
            Err(error) => return Err(error),
        };
        leptos_axum::redirect(&place.href());
        Ok(())
    }

    /// Keeps a new draft and leads to a step of it.
    pub async fn keep_new(&self, draft: Draft, step: Step) -> Result<(), AppError> {
        let id = self.keep(None, &draft).await?;
        leptos_axum::redirect(&NewAddress::of(id, step).href());
        Ok(())
    }

    async fn keep(&self, id: Option<OperationId>, draft: &Draft) -> Result<OperationId, AppError> {
        let body = serde_json::to_value(draft).expect("a draft is plain data");
        Ok(self.hub.save_draft(&self.permit, id, body).await?)
    }
}

/// The person's own drafts, the newest first; none for who may not run operations.
pub async fn drafts(hub: &Hub, access: &Access) -> Result<Vec<DraftRow>, AppError> {
    let Ok(permit) = hub.permit::<RunOperations>(access) else {
        return Ok(Vec::new());
    };
    let drafts = hub.drafts(&permit).await?.into_iter();
    let row = |found: muster_service::operations::Draft| {
        let draft: Draft = serde_json::from_value(found.body).unwrap_or_default();
        let mut nothing = plan::Problems::default();
        let title = match draft.what.title.trim() {
            "" => plan::task(&draft.what, &mut nothing)
                .map_or_else(|| "A draft".to_owned(), |task| words::title(&task)),
            title => title.to_owned(),
        };
        DraftRow {
            id: found.id,
            title,
            saved: found.changed_at.millis(),
        }
    };
    Ok(drafts.map(row).collect())
}

/// What can be chosen by name.
pub async fn known(hub: &Hub, access: &Access) -> Result<Known, AppError> {
    let shelf = hub.shelf(access)?;
    let named = |kind: SheetKind| {
        let pair = |row: &SheetRow| (row.id.to_string(), row.sheet.name().to_owned());
        shelf.all(kind).map(pair).collect()
    };
    Ok(Known {
        windows: named(SheetKind::Window),
        calendars: named(SheetKind::Calendar),
        places: named(SheetKind::Place),
        methods: hub.method_names(access).await?,
        firmware: firmware(hub, access).await?,
    })
}

/// Firmware that can be installed: its hash, and what people read.
async fn firmware(hub: &Hub, access: &Access) -> Result<Vec<(String, String)>, AppError> {
    let artifacts = hub.artifacts(&hub.permit(access)?).await?.into_iter();
    Ok(artifacts
        .filter(muster_core::firmware::Artifact::is_available)
        .map(|artifact| (artifact.id.to_string(), artifact.to_string()))
        .collect())
}

/// A gate in words, with the names that people gave.
pub fn gates(plan: &Plan, hub: &Hub, access: &Access) -> Result<Vec<GateRow>, AppError> {
    let shelf = hub.shelf(access)?;
    let name = |kind: SheetKind, id: &str| {
        let id = Slug::new(id).ok()?;
        shelf.name(kind, &id).map(str::to_owned)
    };
    let row = |gate: &Gate| {
        let mut row = words::gate(gate);
        let named = match gate {
            Gate::Window { window } => name(SheetKind::Window, window),
            Gate::Calendar { calendar } => name(SheetKind::Calendar, calendar),
            Gate::Place { place, .. } => name(SheetKind::Place, place),
            Gate::Condition { .. } | Gate::Online => None,
        };
        row.words = named.unwrap_or(row.words);
        row
    };
    Ok(plan.how.gates.iter().map(row).collect())
}

/// The devices that match and have a text, one by one.
pub async fn named(hub: &Hub, access: &Access, filter: &str, text: &str) -> Result<Who, AppError> {
    let condition = Condition::parse(filter).map_err(|error| AppError::field("filter", error))?;
    hub.prepare(access, &condition).await?;
    let permit = hub.permit::<SeeDevices>(access)?;
    let rows = hub.fleet_export(&permit, None, &condition, text, MAX_NAMED)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.entry.id.as_str()).collect();
    Ok(Who {
        by: "ids".to_owned(),
        filter: filter.to_owned(),
        ids: ids.join("\n"),
    })
}

/// A filter without some devices.
pub fn without(filter: &str, except: &[String]) -> String {
    let ids = except.iter().filter(|id| DeviceId::new(id).is_ok());
    let quoted: Vec<String> = ids
        .map(|id| Literal::String(id.clone()).to_string())
        .collect();
    match (filter.trim(), quoted.is_empty()) {
        (filter, true) => filter.to_owned(),
        ("", false) => format!("NOT deviceId IN [{}]", quoted.join(", ")),
        (filter, false) => format!("({filter}) AND NOT deviceId IN [{}]", quoted.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_taken_out_of_a_filter() {
        let check = |filter: &str, except: &[&str], want: &str| {
            let except: Vec<String> = except.iter().map(|id| (*id).to_owned()).collect();
            let found = without(filter, &except);
            assert_eq!(found, want);
            assert!(Condition::parse(&found).is_ok(), "{found}");
        };
        check("", &[], "");
        check("tags.a = 1", &[], "tags.a = 1");
        check("", &["it's"], "NOT deviceId IN ['it\\'s']");
        check(
            "tags.a = 1 OR drift = true",
            &["a", "b c"],
            "(tags.a = 1 OR drift = true) AND NOT deviceId IN ['a']",
        );
    }
}
