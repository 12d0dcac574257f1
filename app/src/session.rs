//! Who is asking: on the server the visitor and their access, in pages what they may see and where they are at home.

mod me;
#[cfg(feature = "ssr")]
mod once;
#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;

pub use me::{Grant, Me};
#[cfg(feature = "ssr")]
pub use once::{leave_once, take_once};
#[cfg(feature = "ssr")]
pub use server::{Visitor, access, hub, is_plain_form, me, new_reference, remember_home, require};
#[cfg(feature = "ssr")]
pub(crate) use server::{accepts, answer_in_json};

/// The signed-in person, as pages know them. Kept for the whole visit.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    me: RwSignal<Option<Me>>,
}

impl Session {
    /// The person, unless nobody is signed in. Reactive.
    pub fn me(self) -> Option<Me> {
        self.me.get()
    }

    /// The person as of now, without following changes.
    pub fn me_now(self) -> Option<Me> {
        self.me.get_untracked()
    }

    /// Reads some part of the person; the default when nobody is signed in. Reactive.
    pub fn with<T: Default>(self, read: impl FnOnce(&Me) -> T) -> T {
        self.me.with(|me| me.as_ref().map(read).unwrap_or_default())
    }

    /// Where the person begins; the bare address when nobody is signed in. Reactive.
    pub fn home(self) -> String {
        self.me
            .with(|me| me.as_ref().map(|me| me.home.clone()))
            .unwrap_or_else(|| crate::routes::ROOT.to_owned())
    }

    /// Takes over what the hub says now.
    pub fn set(self, me: Option<Me>) {
        self.me.set(me);
    }

    /// Asks the hub again who is signed in: after a change of one's own account, or when it refused something.
    pub fn refresh(self) {
        leptos::task::spawn_local(async move {
            if let Ok(me) = crate::rpc::session::whoami().await {
                self.set(me);
            }
        });
    }
}

/// Puts the session in place. The server writes it into the page, so the browser begins with the same.
pub fn provide_session() -> Session {
    let me = crate::rpc::data::shared(initial);
    let session = Session {
        me: RwSignal::new(me),
    };
    provide_context(session);
    session
}

/// The session of this visit.
pub fn use_session() -> Session {
    expect_context::<Session>()
}

/// Leads to another page instead of showing this one: the answer redirects, the browser navigates.
pub fn go(path: &str) {
    #[cfg(feature = "ssr")]
    server::redirect(path);
    #[cfg(not(feature = "ssr"))]
    leptos_router::hooks::use_navigate()(path, leptos_router::NavigateOptions::default());
}

#[cfg(feature = "ssr")]
fn initial() -> Option<Me> {
    me()
}

#[cfg(not(feature = "ssr"))]
fn initial() -> Option<Me> {
    None
}
