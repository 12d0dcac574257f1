//! The frame of pages for people who have not signed in: the picture, the form, where one is.

use leptos::prelude::*;
use leptos_meta::Title;

use super::problem;
use crate::ui::{Brand, Note, SignInArt, Tone};

/// A page in front of the door.
#[component]
pub(super) fn Front(
    /// The heading and the name in the window title.
    #[prop(into)]
    title: String,
    /// One sentence under the heading.
    #[prop(into)]
    about: String,
    /// The form.
    children: Children,
) -> impl IntoView {
    let host = crate::rpc::data::shared(hostname);
    let version = concat!("Muster ", env!("CARGO_PKG_VERSION"));
    view! {
        <Title text=title.clone()/>
        <div class="signin">
            <SignInArt/>
            <main class="signin-form" id="main">
                <div class="signin-box">
                    <p><Brand/></p>
                    <h1>{title}</h1>
                    <p class="dim2">{about}</p>
                    {children()}
                </div>
                <footer class="signin-foot meta">
                    <span>{host}</span>
                    <span>{version}</span>
                </footer>
            </main>
        </div>
    }
}

/// What the last try answered, if it was refused.
pub(super) fn refusal(code: Option<String>, page: problem::Page) -> impl IntoView {
    code.map(|code| {
        view! {
            <Note tone=Tone::Attention alert=true>{problem::words(&code, page)}</Note>
        }
    })
}

#[cfg(feature = "ssr")]
fn hostname() -> String {
    crate::session::hub().map_or_else(|_| String::new(), |hub| hub.hostname().to_owned())
}

#[cfg(not(feature = "ssr"))]
fn hostname() -> String {
    String::new()
}
