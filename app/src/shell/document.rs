//! The document around the application, as the server writes it.

use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;

/// The whole document. Scripts and styles come from the directory of this build; the security policy is a header, its
/// nonce is the one in the context.
pub fn document(options: LeptosOptions) -> impl IntoView {
    let stylesheet = stylesheet(&options);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <script src="/theme.js"></script>
                <link rel="stylesheet" href=stylesheet/>
                <HydrationScripts options=options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

fn stylesheet(options: &LeptosOptions) -> String {
    [
        "/",
        &options.site_pkg_dir,
        "/",
        &options.output_name,
        ".css",
    ]
    .concat()
}
