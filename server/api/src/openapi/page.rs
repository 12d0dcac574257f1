//! The description as a page: written by the server, no script, no style of its own.

use std::fmt::Write as _;

use serde_json::Value;

use super::{JSON, operation};
use crate::manage::parameter::Parameter;
use crate::manage::route::Route;
use crate::manage::{PREFIX, ROUTES};

/// The page. `pkg` is the path of the built site, where the stylesheet lies.
pub fn page(pkg: &str) -> String {
    let mut main = String::new();
    let mut tag = "";
    for route in ROUTES {
        if route.tag != tag {
            if !tag.is_empty() {
                main.push_str("</section>");
            }
            tag = route.tag;
            let id = tag.to_lowercase();
            let _ = write!(
                main,
                "<section class=\"sec\" aria-labelledby=\"{id}\"><div class=\"sec-h\"><h2 id=\"{id}\"><span>{tag}</span></h2></div>"
            );
        }
        main.push_str(&entry(route));
    }
    main.push_str("</section>");
    let nav = navigation();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>API · Muster</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"><script src=\"/theme.js\"></script>\
         <link rel=\"stylesheet\" href=\"/{pkg}/muster.css\"></head>\
         <body><main id=\"main\" class=\"page\"><h1>Management API</h1>\
         <p class=\"lede\">Everything the dashboard does, for scripts. Prove yourself with an API token from your \
         <a href=\"/account\">account page</a>. Clients are generated from <a href=\"{JSON}\">openapi.json</a>.</p>\
         <div class=\"code code--wrap\"><pre tabindex=\"0\" role=\"region\" aria-label=\"Example\"><code>{example}</code></pre></div>\
         <nav class=\"row row--4 mt-4\" aria-label=\"Parts of the API\">{nav}</nav>\
         <div class=\"stack mt-4\">{main}</div></main></body></html>",
        example = escaped(
            "curl -H 'Authorization: Bearer mst_…' \"https://hub.example/api/v1/devices?where=tags.region%20%3D%20'north'\""
        ),
    )
}

fn navigation() -> String {
    let mut links = String::new();
    let mut last = "";
    for route in ROUTES {
        if route.tag != last {
            last = route.tag;
            let _ = write!(links, "<a href=\"#{}\">{last}</a>", last.to_lowercase());
        }
    }
    links
}

/// A route: opened for its parameters, its body and its answers.
fn entry(route: &Route) -> String {
    let mut text = format!(
        "<details class=\"api\" id=\"{id}\"><summary><code>{method} {PREFIX}{path}</code> <span>{summary}</span></summary>\
         <div class=\"box box-p mt-3\"><p>{about}</p>",
        id = route.id,
        method = route.method,
        path = escaped(route.path),
        summary = escaped(route.summary),
        about = marked(&operation::description(route)),
    );
    if !route.parameters.is_empty() {
        text.push_str("<h3>Parameters</h3><dl class=\"api-list\">");
        for parameter in route.parameters {
            text.push_str(&parameter_line(parameter));
        }
        text.push_str("</dl>");
    }
    if let Some(schema) = route.body {
        text.push_str(&block("Body", &schema()));
    }
    text.push_str("<h3>Answers</h3><dl class=\"api-list\">");
    let _ = write!(
        text,
        "<dt><code>{}</code></dt><dd>{}</dd>",
        route.answer.status.as_u16(),
        escaped(route.answer.what)
    );
    for status in route.refusals() {
        let _ = write!(
            text,
            "<dt><code>{}</code></dt><dd>{}</dd>",
            status.as_u16(),
            status.canonical_reason().unwrap_or_default()
        );
    }
    text.push_str("</dl>");
    if let Some(schema) = route.answer.schema {
        text.push_str(&block("What comes back", &schema()));
    }
    text.push_str("</div></details>");
    text
}

fn parameter_line(parameter: &Parameter) -> String {
    let example = if parameter.example.is_empty() {
        String::new()
    } else {
        format!(" As <code>{}</code>.", escaped(parameter.example))
    };
    format!(
        "<dt><code>{}</code> <span class=\"meta\">in the {}</span></dt><dd>{}{example}</dd>",
        escaped(parameter.name),
        parameter.place.as_str(),
        marked(parameter.what),
    )
}

fn block(title: &str, schema: &Value) -> String {
    format!(
        "<h3>{title}</h3><div class=\"code\"><pre tabindex=\"0\" role=\"region\" aria-label=\"{title}\"><code>{}</code></pre></div>",
        escaped(&format!("{schema:#}"))
    )
}

/// Text with `code` between back-ticks.
fn marked(text: &str) -> String {
    let mut marked = String::new();
    for (i, part) in text.split('`').enumerate() {
        if i % 2 == 1 {
            let _ = write!(marked, "<code>{}</code>", escaped(part));
        } else {
            marked.push_str(&escaped(part));
        }
    }
    marked
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_route_and_no_script_of_its_own() {
        let page = page("pkg/abc");
        for route in ROUTES {
            assert!(page.contains(&format!("id=\"{}\"", route.id)));
        }
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains("<script src=\"/theme.js\">"));
        for bad in ["style=", "onclick", "javascript:"] {
            assert!(!page.contains(bad), "{bad}");
        }
        assert_eq!(
            page.matches("<section").count(),
            page.matches("</section").count()
        );
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(
            marked("a `<b>` & \"c\""),
            "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;"
        );
    }
}
