//! Accounts: who signs in, with which roles in which scope. For administrators.

mod create;
mod grants;
mod list;
mod reset_password;
mod set_active;
mod show;
mod update;
mod wire;

pub use create::{CreatePerson, create_person};
pub use list::{ListPeople, list_people};
pub use reset_password::{ResetPassword, reset_password};
pub use set_active::{SetActive, set_active};
pub use show::{ShowPerson, show_person};
pub use update::{UpdatePerson, update_person};
pub use wire::{Created, GrantInput, PeoplePage, PersonView, Secret};

#[cfg(feature = "ssr")]
use muster_service::Hub;
#[cfg(feature = "ssr")]
use muster_service::Permit;
#[cfg(feature = "ssr")]
use muster_service::access::kinds::ManagePeople;

/// How each of these begins: the hub, and the proof that whoever asks may manage people.
#[cfg(feature = "ssr")]
fn begin() -> Result<(Hub, Permit<ManagePeople>), crate::error::AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<ManagePeople>(&access)?;
    Ok((hub, permit))
}

/// An account with what waits to change it.
#[cfg(feature = "ssr")]
async fn with_waiting(
    hub: &Hub,
    permit: &Permit<ManagePeople>,
    person: muster_core::person::Person,
) -> Result<PersonView, crate::error::AppError> {
    let key = format!("person:{}", person.id);
    let waits = hub.waiting_about(permit.access(), &key).await?;
    Ok(PersonView {
        waits: waits.as_ref().map(crate::rpc::approvals::Waits::of),
        ..person.into()
    })
}
