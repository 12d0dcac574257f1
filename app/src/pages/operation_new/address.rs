//! Where one is in the wizard, as its address says it.

use muster_core::ids::OperationId;
use muster_core::operation::TaskKind;

use crate::pages::fleet::query_string;
use crate::routes;

/// A step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Step {
    /// What is done.
    #[default]
    What,
    /// To whom.
    Who,
    /// In which order, under which conditions.
    How,
    /// What would happen.
    Review,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Step; 4] = [Self::What, Self::Who, Self::How, Self::Review];

    /// The name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::What => "what",
            Self::Who => "who",
            Self::How => "how",
            Self::Review => "review",
        }
    }

    /// The name in the row.
    pub fn title(self) -> &'static str {
        match self {
            Self::What => "What",
            Self::Who => "Who",
            Self::How => "How",
            Self::Review => "Review",
        }
    }
}

/// The state of the page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NewAddress {
    /// The draft; none before the first step was saved.
    pub draft: Option<OperationId>,
    /// The step.
    pub step: Step,
    /// The kind chosen in the first step; the draft's own without.
    pub kind: Option<TaskKind>,
    /// `query` or `ids`, chosen in the second step; the draft's own without.
    pub by: String,
    /// The filter in the address counts, not the draft's.
    pub filtered: bool,
    /// A condition handed over by another page, before there is a draft.
    pub handed: String,
    /// Names handed over by another page.
    pub ids: String,
    /// The moment to restore, handed over by another page.
    pub moment: String,
    /// The step was saved with something wrong in it, which is to be shown.
    pub tried: bool,
    /// The step could not be saved at all.
    pub failed: bool,
}

impl NewAddress {
    /// A step of a draft.
    pub fn of(draft: OperationId, step: Step) -> Self {
        Self {
            draft: Some(draft),
            step,
            ..Self::default()
        }
    }

    /// Another step of the same.
    #[must_use]
    pub fn at(&self, step: Step) -> Self {
        Self {
            draft: self.draft,
            step,
            handed: self.handed.clone(),
            ids: self.ids.clone(),
            ..Self::default()
        }
    }

    /// Reads a query string. What it does not know is left out.
    pub fn parse(query: &str) -> Self {
        let mut address = Self::default();
        for (name, value) in query_string::pairs(query) {
            match name.as_str() {
                "draft" => address.draft = value.parse().ok().map(OperationId),
                "step" => {
                    let known = Step::ALL.into_iter().find(|step| step.as_str() == value);
                    address.step = known.unwrap_or_default();
                }
                "kind" => address.kind = TaskKind::from_name(&value),
                "by" => address.by = value,
                "set" => address.filtered = true,
                "where" => address.handed = value,
                "ids" => address.ids = value,
                "at" => address.moment = value,
                "tried" => address.tried = true,
                "failed" => address.failed = true,
                _ => {}
            }
        }
        address
    }

    /// The address.
    pub fn href(&self) -> String {
        let draft = self.draft.map_or(String::new(), |id| id.to_string());
        let flag = |on: bool| if on { "1" } else { "" };
        let step = match self.step {
            Step::What => "",
            step => step.as_str(),
        };
        let query = query_string::of_pairs([
            ("draft", draft.as_str()),
            ("step", step),
            ("kind", self.kind.map_or("", TaskKind::as_str)),
            ("by", self.by.as_str()),
            ("set", flag(self.filtered)),
            ("where", self.handed.as_str()),
            ("ids", self.ids.as_str()),
            ("at", self.moment.as_str()),
            ("tried", flag(self.tried)),
            ("failed", flag(self.failed)),
        ]);
        [routes::NEW_OPERATION, &query].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn writing_and_reading_are_inverse(
            draft in prop::option::of(1..1_000_i64),
            step in prop::sample::select(Step::ALL.to_vec()),
            kind in prop::option::of(prop::sample::select(TaskKind::ALL.to_vec())),
            flags in any::<[bool; 3]>(),
            handed in "[ -~]{0,20}",
            ids in "[a-z0-9 ]{0,20}",
            moment in "[0-9:TZ -]{0,20}",
        ) {
            let address = NewAddress {
                draft: draft.map(OperationId),
                step,
                kind,
                by: String::new(),
                filtered: flags[0],
                handed,
                ids,
                moment,
                tried: flags[1],
                failed: flags[2],
            };
            let href = address.href();
            let query = href.split_once('?').map_or("", |(_, query)| query);
            prop_assert_eq!(NewAddress::parse(query), address);
        }
    }
}
