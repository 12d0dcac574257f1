//! The document around the application, as the server writes it.

use leptos::prelude::*;
use leptos_meta::MetaTags;
use muster_core::ids::RefId;

use crate::App;
use crate::error::AppError;

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

/// The document when rendering itself failed: written by hand, so that nothing can fail again.
pub fn failure_document(options: &LeptosOptions, ref_id: &RefId) -> String {
    let error = AppError::Internal {
        ref_id: ref_id.clone(),
    };
    // Neither names nor references hold characters that HTML gives a meaning.
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Something failed · Muster</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<script src="/theme.js"></script>
<link rel="stylesheet" href="{stylesheet}">
</head>
<body>
<main id="main" class="page">
<div class="fault">
<h1>Something failed</h1>
<p>{error}</p>
<div class="row"><a class="btn btn--primary" href="/">Go home</a></div>
<p class="meta">Reference {ref_id}</p>
</div>
</main>
</body>
</html>
"#,
        stylesheet = stylesheet(options),
    )
}

fn stylesheet(options: &LeptosOptions) -> String {
    ["/", &options.site_pkg_dir, "/", &options.output_name, ".css"].concat()
}
