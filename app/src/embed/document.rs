//! The document around a panel.

use leptos::prelude::*;
use muster_core::embed::{Origin, Theme};
use muster_service::embeds::Shown;

use super::body::body;
use crate::format::{self, Zone};
use crate::ui::Mark;

/// How often an open panel reads itself anew, in seconds.
pub const REFRESH_S: u32 = 30;

/// A panel that is tried out does not read itself anew.
pub const PREVIEW: u32 = 0;

/// What stands around a panel.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The title.
    pub title: &'a str,
    /// Light or dark.
    pub theme: Theme,
    /// The pages that may frame it: they are told how high it is.
    pub parents: &'a [Origin],
    /// How often it reads itself anew, in seconds; [`PREVIEW`] for never.
    pub every_s: u32,
    /// Where the style sheet is: `pkg/<hash>`.
    pub pkg: &'a str,
}

/// A panel with its title and stamp.
pub fn panel(frame: Frame<'_>, shown: &Shown) -> String {
    let at = shown.at.millis();
    let title = frame.title.to_owned();
    let every = match frame.every_s {
        PREVIEW => String::new(),
        every => format!(", every {every} s"),
    };
    let shown = shown.clone();
    write(frame, move || {
        view! {
            <main class="emb" aria-labelledby="emb-t">
                <header class="emb-h"><h1 id="emb-t">{title}</h1></header>
                {body(shown)}
                <footer class="emb-f">
                    <span class="stamp">
                        "As of "
                        <time data-as-of=at datetime=format::iso(at)>{format::clock(at, Zone::Utc)} " UTC"</time>
                        <span data-age="">{every}</span>
                    </span>
                    <span class="emb-brand"><Mark/>"Muster"</span>
                </footer>
            </main>
        }
        .into_any()
    })
}

/// One sentence in the place of a panel: why it is not shown, and who can help. Never data.
pub fn sentence(frame: Frame<'_>, words: &str) -> String {
    let (title, words) = (frame.title.to_owned(), words.to_owned());
    write(frame, move || {
        view! {
            <main class="emb emb--dark" aria-labelledby="emb-t">
                <h1 id="emb-t" class="sr-only">{title}</h1>
                <p class="emb-sentence">{words}</p>
                <footer class="emb-f">
                    <span></span>
                    <span class="emb-brand"><Mark/>"Muster"</span>
                </footer>
            </main>
        }
        .into_any()
    })
}

fn write(frame: Frame<'_>, main: impl FnOnce() -> AnyView) -> String {
    let theme = match frame.theme {
        Theme::Auto => None,
        fixed => Some(fixed.as_str()),
    };
    let parents: Vec<&str> = frame.parents.iter().map(Origin::as_str).collect();
    let parents = parents.join(" ");
    let stylesheet = format!("/{}/muster.css", frame.pkg);
    let title = format!("{} · Muster", frame.title);
    // Without script the whole document is read anew.
    let without_script = (frame.every_s != PREVIEW).then(|| {
        view! { <noscript><meta http-equiv="refresh" content=frame.every_s.to_string()/></noscript> }
    });
    let owner = Owner::new();
    owner.with(|| {
        view! {
            <!DOCTYPE html>
            <html lang="en" data-theme=theme>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="robots" content="noindex"/>
                    <meta name="referrer" content="no-referrer"/>
                    <title>{title}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                    <link rel="stylesheet" href=stylesheet/>
                    <script src="/embed.js" defer></script>
                    {without_script}
                </head>
                <body class="embed" data-every=frame.every_s.to_string() data-parents=parents>
                    {main()}
                </body>
            </html>
        }
        .to_html()
    })
}

#[cfg(test)]
mod tests {
    use muster_core::time::Timestamp;
    use muster_service::embeds::PanelNews;

    use super::*;

    fn frame(title: &str) -> Frame<'_> {
        Frame {
            title,
            theme: Theme::Dark,
            parents: &[],
            every_s: REFRESH_S,
            pkg: "pkg/1",
        }
    }

    #[test]
    fn a_panel_is_a_whole_document_that_needs_nothing_inline() {
        let shown = Shown {
            at: Timestamp::from_secs(1_800_000_000),
            news: PanelNews::Count(1204),
        };
        let html = panel(frame("<b>Cold & fresh"), &shown);
        for wanted in [
            "<!DOCTYPE html>",
            "data-theme=\"dark\"",
            "&lt;b&gt;Cold &amp; fresh",
            "1,204",
            "08:00",
            "/pkg/1/muster.css",
            "data-every=\"30\"",
        ] {
            assert!(html.contains(wanted), "{wanted} in {html}");
        }
        for forbidden in [" style=", "<style", "onload", "<a ", "nonce"] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
        assert_eq!(html, panel(frame("<b>Cold & fresh"), &shown));
    }

    #[test]
    fn a_sentence_says_no_more() {
        let html = sentence(frame("Panel"), "This panel was revoked.");
        assert!(html.contains("This panel was revoked."));
        assert!(!html.contains("data-as-of"));
    }
}
