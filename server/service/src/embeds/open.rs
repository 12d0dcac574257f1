//! What a viewer shows, and what it opens.

use std::sync::Arc;

use muster_core::embed::signed::{self, BadSigned};
use muster_core::embed::{Embed, EmbedId, MAX_FILTER, Origin, fingerprint};
use muster_core::policy::{Action, Role};
use muster_query::Condition;
use muster_storage::{EmbedKey, KeyedEmbed};

use super::show::Shown;
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// An embed that somebody may look at now.
#[derive(Clone, Debug)]
pub struct OpenEmbed {
    keyed: Arc<KeyedEmbed>,
    access: Access,
    condition: Condition,
    /// What the portal narrowed it with, as it is understood; empty for nothing.
    narrowing: String,
}

/// Why somebody may not look.
#[derive(Debug)]
pub struct Closed {
    /// Why.
    pub why: Why,
    /// Which embed it is about, where that is certain.
    keyed: Option<Arc<KeyedEmbed>>,
    /// The first role of its author, if the account is open.
    pub author: Option<Role>,
}

/// The reasons.
#[derive(Debug)]
pub enum Why {
    /// No such token is known. Also for one that names an embed but was not signed for it.
    Unknown,
    /// The embed was revoked.
    Revoked,
    /// The embed has ended.
    Expired,
    /// Its author's account is closed, or may no longer share.
    Author,
    /// The signature is right, the rest is not.
    Signed(BadSigned),
    /// What the portal narrows it with cannot be used.
    Filter(String),
    /// Storage could not be asked.
    Service(ServiceError),
}

impl OpenEmbed {
    /// The embed.
    pub fn embed(&self) -> &Embed {
        &self.keyed.embed
    }

    /// What tells its drawings apart: two with the same key show the same.
    pub fn key(&self) -> (EmbedId, &str) {
        (self.keyed.embed.id, &self.narrowing)
    }
}

impl Closed {
    fn new(why: Why) -> Self {
        Self {
            why,
            keyed: None,
            author: None,
        }
    }

    /// The pages that may frame the answer: those of the embed, where it is certain which one was meant.
    pub fn parents(&self) -> &[Origin] {
        self.keyed
            .as_ref()
            .map_or(&[], |keyed| &keyed.embed.parents)
    }
}

impl Hub {
    /// What a token opens at this moment. Reads memory only, but for accounts that were not asked for lately.
    pub async fn open_embed(&self, token: &str) -> Result<OpenEmbed, Closed> {
        let unknown = || Closed::new(Why::Unknown);
        let now = self.now();
        let (keyed, narrowing) = match fingerprint(token) {
            Some(hash) => {
                let keyed = self.embeds_kept().by_hash(&hash).ok_or_else(unknown)?;
                (keyed, None)
            }
            None => {
                let id = signed::embed_of(token).ok_or_else(unknown)?;
                let keyed = self.embeds_kept().by_id(id).ok_or_else(unknown)?;
                let EmbedKey::Portal(key) = &keyed.key else {
                    return Err(unknown());
                };
                match signed::verify(token, key, now) {
                    Ok(claims) => (keyed, claims.filter),
                    Err(BadSigned::Malformed | BadSigned::Signature) => return Err(unknown()),
                    Err(why) => {
                        return Err(Closed {
                            keyed: Some(keyed),
                            ..Closed::new(Why::Signed(why))
                        });
                    }
                }
            }
        };
        let access = match self.access_of(keyed.embed.person).await {
            Ok(access) => access,
            Err(error) => return Err(Closed::new(Why::Service(error))),
        };
        let closed = |why| Closed {
            why,
            keyed: Some(keyed.clone()),
            author: access
                .as_ref()
                .and_then(|access| access.roles().first().copied()),
        };
        if keyed.embed.revoked_at.is_some() {
            return Err(closed(Why::Revoked));
        }
        if !keyed.embed.is_live(now) {
            return Err(closed(Why::Expired));
        }
        let sharing = access
            .clone()
            .filter(|access| access.can(Action::KeepEmbeds));
        let Some(author) = sharing else {
            return Err(closed(Why::Author));
        };
        match narrowed(&keyed.embed, narrowing.as_deref()) {
            Ok((condition, narrowing)) => Ok(OpenEmbed {
                access: author,
                condition,
                narrowing,
                keyed: keyed.clone(),
            }),
            Err(problem) => Err(closed(Why::Filter(problem))),
        }
    }

    /// What an open embed shows at this moment.
    pub async fn show_embed(&self, open: &OpenEmbed) -> Result<Shown, ServiceError> {
        let panel = &open.keyed.embed.panel;
        self.show_panel(&open.access, panel, &open.condition).await
    }

    /// Notes a look at an embed: of somebody who opened it, in a page of this origin as the browser said; or the next
    /// look of a page that is open.
    pub fn note_embed_use(&self, open: &OpenEmbed, opened: bool, origin: Option<&Origin>) {
        let origin = origin.map(|origin| origin.as_str().to_owned());
        let id = open.keyed.embed.id;
        self.embeds_kept().note(id, self.now(), opened, origin);
    }
}

/// The filter of an embed and what the portal adds: both must hold, so that nothing a portal says can widen it.
fn narrowed(embed: &Embed, by: Option<&str>) -> Result<(Condition, String), String> {
    let own = Condition::parse(&embed.filter).map_err(|error| error.to_string())?;
    let by = by.map(str::trim).unwrap_or_default();
    if by.is_empty() {
        return Ok((own, String::new()));
    }
    if !embed.panel.takes_filter() {
        return Err("this panel cannot be narrowed".to_owned());
    }
    if by.len() > MAX_FILTER {
        return Err("the filter is too long".to_owned());
    }
    let by = Condition::parse(by).map_err(|error| error.to_string())?;
    let text = by.to_string();
    Ok((own.and(by), text))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use muster_core::embed::{Panel, Proof, Theme};
    use muster_core::ids::PersonId;
    use muster_core::time::Timestamp;
    use muster_query::{Field, Path, Row};
    use proptest::prelude::*;

    use super::*;

    fn embed(panel: Panel, filter: &str) -> Embed {
        Embed {
            id: EmbedId(1),
            person: PersonId(1),
            name: "a".to_owned(),
            panel,
            filter: filter.to_owned(),
            parents: Vec::new(),
            theme: Theme::Auto,
            proof: Proof::Portal,
            created_at: Timestamp::default(),
            expires_at: Timestamp::default(),
            revoked_at: None,
            uses: 0,
            last_used_at: None,
            last_origin: None,
        }
    }

    #[test]
    fn a_portal_adds_a_condition() {
        let check = |filter: &str, by: &str, want: Result<&str, ()>| {
            let narrowed = narrowed(&embed(Panel::Count, filter), Some(by));
            let narrowed = narrowed.map(|(condition, _)| condition.to_string());
            assert_eq!(narrowed.map_err(|_| ()), want.map(str::to_owned), "{by}");
        };
        check("tags.a = 'x'", "", Ok("tags.a = 'x'"));
        check(
            "tags.a = 'x'",
            "tags.b = 'y'",
            Ok("tags.a = 'x' AND tags.b = 'y'"),
        );
        check("", "tags.b = 'y'", Ok("tags.b = 'y'"));
        check("tags.a = 'x'", "tags.b = 'y') OR (tags.a = 'z'", Err(()));
        check("tags.a = 'x'", "tags.b = ", Err(()));
        let operations = embed(Panel::Operations, "");
        assert!(narrowed(&operations, Some("tags.a = 'x'")).is_err());
        assert!(narrowed(&operations, None).is_ok());
    }

    /// A device whose tags are all at one of two values.
    struct Tagged<'a>(&'a str, &'a str);

    impl Row for Tagged<'_> {
        fn value(&self, path: &Path) -> Field<'_> {
            match path.tag() {
                Some("a") => Field::Str(self.0),
                Some("b") => Field::Str(self.1),
                _ => Field::Undefined,
            }
        }
    }

    proptest! {
        /// Whatever a portal says, the embed shows no device that it would not show without it.
        #[test]
        fn nothing_a_portal_says_widens(
            by in "(NOT )?\\(?tags\\.[ab] (=|!=|<|>) '[xyz]'\\)?( (OR|AND) (NOT )?\\(?tags\\.[ab] (=|!=) '[xyz]'\\)?){0,3}",
            a in "[xyz]",
            b in "[xyz]",
        ) {
            let embed = embed(Panel::Count, "tags.a = 'x' OR tags.b = 'y'");
            let own = Condition::parse(&embed.filter).unwrap();
            if let Ok((condition, _)) = narrowed(&embed, Some(&by)) {
                let device = Tagged(&a, &b);
                let shown = condition.eval(&device) == Some(true);
                prop_assert!(!shown || own.eval(&device) == Some(true), "{condition}");
            }
        }
    }
}
