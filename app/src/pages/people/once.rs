//! A password that is shown once.

use leptos::prelude::*;

use crate::rpc::people::Secret;
use crate::ui::CodeBlock;

/// A temporary password with what to do with it.
#[component]
pub(crate) fn Once(
    /// Whose it is.
    #[prop(into)]
    name: String,
    /// The password.
    password: Secret,
) -> impl IntoView {
    let title = ["Temporary password of ", &name].concat();
    view! {
        <div class="once" role="status">
            <h2>{title}</h2>
            <CodeBlock text=password.0 label="Temporary password" wrap=true/>
            <p class="meta">
                "It is shown this once. Hand it over in person; it has to be changed at the first sign-in."
            </p>
        </div>
    }
}
