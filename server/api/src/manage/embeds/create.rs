//! `POST /embeds`: a new one.

use axum::http::{Method, StatusCode};
use muster_core::embed::{BadEmbed, MAX_DAYS, PanelParts, Proof, Theme};
use muster_core::policy::Action;
use muster_service::ServiceError;
use muster_service::access::kinds::KeepEmbeds;
use muster_service::embeds::EmbedDraft;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{TAG, described, members};
use crate::manage::call::Call;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{PREFIX, schema};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/embeds",
    id: "createEmbed",
    tag: TAG,
    summary: "Embed a panel, or share it by a link",
    notes: "`parents` are the origins that may frame it; without any it is a share link, opened by itself. `secret` is the \
            token behind `/embed/` in the address, or with the proof `portal` the secret (base64) that the portal signs \
            HS256 tokens with. It is in this answer and nowhere else. The panel shows what you see, and no more than the \
            scope of the token you ask with.",
    need: Need::Action(Action::KeepEmbeds),
    parameters: &[],
    body: Some(body),
    answer: Answer::created("The embed with its token or secret.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    let mut all = members();
    all.push((
        "days",
        json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_DAYS }),
    ));
    schema::closed(&all, &["name", "panel"])
}

fn answer() -> Value {
    schema::object(&[
        ("embed", schema::named("Embed")),
        ("secret", schema::any_text()),
    ])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    panel: PanelBody,
    #[serde(default)]
    filter: String,
    #[serde(default)]
    parents: Vec<String>,
    theme: Option<String>,
    proof: Option<String>,
    days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PanelBody {
    kind: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    device: String,
    #[serde(default)]
    field: String,
    #[serde(default)]
    span: String,
}

impl Body {
    fn draft(self) -> Result<EmbedDraft, BadEmbed> {
        let panel = PanelParts {
            kind: self.panel.kind,
            path: self.panel.path,
            device: self.panel.device,
            field: self.panel.field,
            span: self.panel.span,
        };
        let (theme, proof) = (self.theme.as_deref(), self.proof.as_deref());
        Ok(EmbedDraft {
            name: self.name,
            panel,
            filter: self.filter,
            parents: self.parents.join("\n"),
            theme: theme.map_or(Ok(Theme::default()), str::parse)?,
            proof: proof.map_or(Ok(Proof::default()), str::parse)?,
            days: self.days,
        })
    }
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<KeepEmbeds>()?;
    let invalid = |error: BadEmbed| Problem::from(ServiceError::Invalid(error.to_string()));
    let draft = body.draft().map_err(invalid)?;
    let made = call.hub.create_embed(&permit, draft).await?;
    let at = format!("{PREFIX}/embeds/{}", made.embed.id);
    let body = json!({ "embed": described(&made.embed), "secret": made.secret });
    Ok(Reply::of(body).at(at))
}
