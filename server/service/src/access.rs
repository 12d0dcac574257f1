//! Who may do what to which device: people's access, and the proofs that use cases demand.

use std::marker::PhantomData;
use std::sync::Arc;

use muster_core::access::PolicyName;
use muster_core::event::Actor;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::person::Person;
use muster_core::policy::{Action, Role, allows};
use muster_core::token::ApiToken;
use muster_core::view::SavedView;
use muster_query::{Condition, Scope};

use crate::error::ServiceError;
use crate::hub::Hub;

/// What a signed-in person, the holder of a shared access policy or the console may do. Cheap to clone; made once per request.
#[derive(Clone, Debug)]
pub struct Access(Arc<Holder>);

#[derive(Debug)]
enum Holder {
    Console,
    Policy(PolicyName),
    /// Asked at its start what its author may do; each of its targets is one of those.
    Operation(OperationId),
    Person {
        person: Person,
        /// Roles with their scopes, parsed. A scope that no longer parses covers nothing.
        grants: Vec<(Role, Option<Condition>)>,
        /// The token that acts for them, if one does.
        token: Option<Box<Narrowing>>,
        /// The view they begin with, if they pinned one.
        home: Option<Box<SavedView>>,
    },
}

/// What an API token leaves of its person's access.
#[derive(Clone, Debug)]
struct Narrowing {
    name: String,
    actions: Vec<Action>,
    /// A scope that no longer parses covers nothing.
    scope: Option<Condition>,
}

impl Access {
    /// The access of whoever holds the machine: everything. Only the command line on the data directory makes one.
    pub fn console() -> Self {
        Self(Arc::new(Holder::Console))
    }

    /// The access of whoever signs with a key of this policy: [`Hub::authenticate_policy`] makes it.
    pub(crate) fn policy(name: PolicyName) -> Self {
        Self(Arc::new(Holder::Policy(name)))
    }

    /// The access of a bulk operation to its own targets.
    pub(crate) fn operation(id: OperationId) -> Self {
        Self(Arc::new(Holder::Operation(id)))
    }

    pub(crate) fn of(person: Person, home: Option<SavedView>) -> Self {
        let grants = person
            .roles
            .iter()
            .map(|grant| {
                let scope = scope_of(&grant.scope);
                if scope.is_err() {
                    tracing::warn!(person.id = %person.id, "a scope of this person cannot be read and covers nothing");
                }
                (grant.role, scope.ok())
            })
            .collect();
        Self(Arc::new(Holder::Person {
            person,
            grants,
            token: None,
            home: home.map(Box::new),
        }))
    }

    /// What is left of the access when this token of the person acts.
    pub(crate) fn narrowed(&self, token: &ApiToken) -> Self {
        let Holder::Person { person, grants, .. } = &*self.0 else {
            return self.clone();
        };
        let scope = Condition::parse(&token.scope);
        if scope.is_err() {
            tracing::warn!(token.id = %token.id, "the scope of this token cannot be read and covers nothing");
        }
        Self(Arc::new(Holder::Person {
            person: person.clone(),
            grants: grants.clone(),
            home: None,
            token: Some(Box::new(Narrowing {
                name: token.name.clone(),
                actions: token.actions.clone(),
                scope: scope.ok(),
            })),
        }))
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<&Person> {
        match &*self.0 {
            Holder::Console | Holder::Policy(_) | Holder::Operation(_) => None,
            Holder::Person { person, .. } => Some(person),
        }
    }

    /// The shared access policy, if it is one.
    pub fn policy_name(&self) -> Option<PolicyName> {
        match &*self.0 {
            Holder::Policy(name) => Some(*name),
            Holder::Console | Holder::Operation(_) | Holder::Person { .. } => None,
        }
    }

    /// The saved view they begin with, if they pinned one.
    pub fn home_view(&self) -> Option<&SavedView> {
        match &*self.0 {
            Holder::Console | Holder::Policy(_) | Holder::Operation(_) => None,
            Holder::Person { home, .. } => home.as_deref(),
        }
    }

    /// How events name who did it.
    pub fn actor(&self) -> Actor {
        match &*self.0 {
            Holder::Console => Actor::Console,
            Holder::Policy(name) => Actor::Policy { name: *name },
            Holder::Operation(id) => Actor::Operation { id: *id },
            Holder::Person { person, token, .. } => Actor::Person {
                id: person.id,
                name: person.name.clone(),
                token: token.as_ref().map(|token| token.name.clone()),
            },
        }
    }

    /// The name of the API token that acts, if one does.
    pub fn token(&self) -> Option<&str> {
        match &*self.0 {
            Holder::Console | Holder::Policy(_) | Holder::Operation(_) => None,
            Holder::Person { token, .. } => token.as_ref().map(|token| token.name.as_str()),
        }
    }

    /// What the API token that acts is narrowed to; everything where none acts. `None` when that cannot be read.
    pub(crate) fn token_scope(&self) -> Option<Condition> {
        match &*self.0 {
            Holder::Person {
                token: Some(token), ..
            } => token.scope.clone(),
            _ => Some(Condition::all()),
        }
    }

    /// The roles held, in the order of navigation, each once.
    pub fn roles(&self) -> Vec<Role> {
        let holds = |role: &Role| match &*self.0 {
            Holder::Console => *role == Role::Admin,
            Holder::Policy(_) | Holder::Operation(_) => false,
            Holder::Person { grants, .. } => grants.iter().any(|(held, _)| held == role),
        };
        Role::ALL.into_iter().filter(holds).collect()
    }

    /// Whether some role allows the action, on some device if it is about devices.
    pub fn can(&self, action: Action) -> bool {
        match &*self.0 {
            Holder::Console | Holder::Operation(_) => true,
            Holder::Policy(name) => name.allows(action),
            Holder::Person { grants, token, .. } => {
                let narrowed = token.as_ref().is_some_and(|t| !t.actions.contains(&action));
                !narrowed && grants.iter().any(|(role, _)| allows(*role, action))
            }
        }
    }

    /// The devices on which the holder may do this: the union of the scopes of the roles that allow it, within the scope
    /// of the token. Policies know no scope: all devices or none.
    pub fn scope(&self, action: Action) -> Scope {
        match &*self.0 {
            Holder::Console | Holder::Operation(_) => Scope::everything(),
            Holder::Policy(name) if name.allows(action) => Scope::everything(),
            Holder::Policy(_) => Scope::nothing(),
            Holder::Person { grants, token, .. } => {
                let within = match token {
                    None => Condition::all(),
                    Some(token) if !token.actions.contains(&action) => return Scope::nothing(),
                    Some(token) => match &token.scope {
                        Some(scope) => scope.clone(),
                        None => return Scope::nothing(),
                    },
                };
                let allowed = grants.iter().filter(|(role, _)| allows(*role, action));
                let scopes = allowed.filter_map(|(_, scope)| scope.clone());
                Scope::of(scopes.map(|scope| scope.and(within.clone())).collect())
            }
        }
    }
}

/// Reads a scope. It looks only at what people and the hub say about a device: if it looked at reported properties, a
/// device could move itself into somebody's sight.
pub(crate) fn scope_of(text: &str) -> Result<Condition, String> {
    let scope = Condition::parse(text).map_err(|error| error.to_string())?;
    let paths = scope.paths();
    let foreign = paths.iter().find(|path| !muster_index::holds(path));
    match foreign {
        None => Ok(scope),
        Some(path) => Err(format!(
            "a scope cannot look at {path}; use tags, status, stage or another name of the device itself"
        )),
    }
}

/// A kind of permission: ties a proof to one action of the policy table.
pub trait Kind {
    /// The action.
    const ACTION: Action;
}

/// The kinds, named like their actions.
pub mod kinds {
    use super::{Action, Kind};

    macro_rules! kinds {
        ($($name:ident),*) => {$(
            #[doc = concat!("Proof of [`Action::", stringify!($name), "`].")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;
            impl Kind for $name {
                const ACTION: Action = Action::$name;
            }
        )*};
    }
    kinds!(
        SeeDevices,
        SeeCredentials,
        EditTwin,
        InvokeMethods,
        ProvisionDevices,
        RunOperations,
        SteerOperations,
        ApproveOperations,
        OverrideGates,
        KeepFirmware,
        KeepWindows,
        KeepConfigurations,
        HandleAlerts,
        DirectAlerts,
        KeepAlertRules,
        ShareViews,
        KeepEmbeds,
        SeeAudit,
        ManagePeople,
        ManageHub
    );
}

/// Proof that a person may do `K` to the hub as a whole. Made only by [`Hub::permit`].
#[derive(Clone, Debug)]
pub struct Permit<K> {
    access: Access,
    kind: PhantomData<K>,
}

impl<K> Permit<K> {
    /// Whose permission it is.
    pub fn access(&self) -> &Access {
        &self.access
    }
}

/// Proof that a person may do `K` to this device. Made only by [`Hub::permit_device`].
#[derive(Clone, Debug)]
pub struct DevicePermit<K> {
    access: Access,
    device: DeviceId,
    kind: PhantomData<K>,
}

impl<K> DevicePermit<K> {
    /// Whose permission it is.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The device it is about.
    pub fn device(&self) -> &DeviceId {
        &self.device
    }
}

impl Hub {
    /// Asks the policy for an action on the hub as a whole, or on devices that do not exist yet.
    pub fn permit<K: Kind>(&self, access: &Access) -> Result<Permit<K>, ServiceError> {
        if !access.can(K::ACTION) {
            return Err(ServiceError::Forbidden(K::ACTION));
        }
        Ok(Permit {
            access: access.clone(),
            kind: PhantomData,
        })
    }

    /// Asks the policy for an action on one device. A device that the person cannot see does not exist for them:
    /// the answer is "not found", never "forbidden".
    pub fn permit_device<K: Kind>(
        &self,
        access: &Access,
        device: &DeviceId,
    ) -> Result<DevicePermit<K>, ServiceError> {
        let now = self.now();
        let within = |action| self.index().in_scope(device, &access.scope(action), now);
        if !within(Action::SeeDevices) {
            return Err(ServiceError::NotFound);
        }
        if !within(K::ACTION) {
            return Err(ServiceError::Forbidden(K::ACTION));
        }
        Ok(DevicePermit {
            access: access.clone(),
            device: device.clone(),
            kind: PhantomData,
        })
    }
}
