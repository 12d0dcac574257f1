//! Choosing again how the values of each path are kept, after what they are by now.

use std::collections::BTreeMap;

use crate::Index;
use crate::chunk::At;
use crate::column::{Form, Sample};
use crate::snapshot::Snapshot;

/// Chunks that are looked at, evenly spread.
const SAMPLED: usize = 8;

impl Index {
    /// Looks at some values of each path, and keeps all of them another way where that suits them better. Answers stay
    /// the same; readers and the writer wait for no more than a few chunks at once.
    pub fn settle(&self) {
        let changed = changed(&self.snapshot());
        for (at, form) in changed {
            self.keep(at, form);
        }
    }

    pub(crate) fn keep(&self, at: At, form: Form) {
        while self.write().convert(at, form) {}
    }
}

/// The paths that are better kept another way, with that.
fn changed(snapshot: &Snapshot) -> Vec<(At, Form)> {
    let (chunks, values) = (snapshot.chunks(), snapshot.values());
    let mut samples: BTreeMap<At, (Form, Sample<'_>)> = BTreeMap::new();
    let step = chunks.len().div_ceil(SAMPLED).max(1);
    for (at, column) in chunks
        .iter()
        .step_by(step)
        .flat_map(|chunk| chunk.columns())
    {
        let (_, sample) = samples
            .entry(at)
            .or_insert_with(|| (column.form(), Sample::default()));
        column.iter().for_each(|(_, cell)| sample.add(cell, values));
    }
    let forms = samples
        .into_iter()
        .map(|(at, (now, sample))| (at, now, sample.form(now)));
    forms
        .filter(|(_, now, form)| now != form)
        .map(|(at, _, form)| (at, form))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use muster_core::ids::DeviceId;
    use muster_query::{Condition, Path, Scope};
    use serde_json::{Value, json};

    use super::*;
    use crate::tests::generate::{NOW, plain};

    const DEVICES: usize = 600;

    fn id(n: usize) -> DeviceId {
        DeviceId::new(&format!("device-{n:04}")).unwrap()
    }

    fn forms(index: &Index, at: At) -> Vec<Form> {
        let snapshot = index.snapshot();
        let columns = snapshot
            .chunks()
            .iter()
            .filter_map(|chunk| chunk.column(at));
        columns.map(|column| column.form()).collect()
    }

    /// Gives each device a tag, lets the index settle, and looks how it is kept.
    fn check(index: &Index, value: impl Fn(usize) -> Value, want: Form) {
        for n in 0..DEVICES {
            let tags = json!({"tag": value(n)});
            index.set_tags(&id(n), tags.as_object().unwrap());
        }
        let path = Path::Tag("tag".into());
        let everyone = Scope::everything();
        let before = index.group(&Condition::all(), &path, &everyone, NOW, 1000);
        index.settle();
        let found = forms(index, index.at(&path).unwrap());
        assert!(
            found.len() > 1 && found.iter().all(|form| *form == want),
            "{found:?}"
        );
        assert_eq!(
            index.group(&Condition::all(), &path, &everyone, NOW, 1000),
            before
        );
    }

    #[test]
    fn paths_are_kept_after_their_values() {
        let index = Index::new();
        (0..DEVICES).for_each(|n| index.upsert(&plain(id(n).as_str())));
        check(&index, |n| json!(format!("site {}", n % 7)), Form::Codes);
        check(&index, |n| json!(format!("serial {n}")), Form::Texts);
        let held = index.values_held();
        assert!(
            held < 10,
            "unique texts are not in the dictionary, but {held} values"
        );
        check(&index, |n| json!(n), Form::Numbers);
        check(
            &index,
            |n| {
                if n % 10 == 0 {
                    json!("x")
                } else {
                    json!(n as f64 / 4.0)
                }
            },
            Form::Numbers,
        );
        check(&index, |n| json!(n % 2 == 0), Form::Codes);
    }

    #[test]
    fn a_column_that_is_built_begins_in_the_form_of_its_values() {
        let index = Index::new();
        (0..DEVICES).for_each(|n| index.upsert(&plain(id(n).as_str())));
        let path = Path::parse("reported.seen").unwrap();
        index.begin(&path);
        let values: Vec<_> = (0..DEVICES).map(|n| (id(n), Some(json!(n)))).collect();
        values.chunks(100).for_each(|part| index.fill(&path, part));
        assert!(index.finish(&path));
        let at = index.at(&path).unwrap();
        assert!(forms(&index, at).iter().all(|form| *form == Form::Numbers));
        // What devices say may change its nature.
        for n in 0..DEVICES {
            index.report(&id(n), &json!({"seen": format!("at {n}")}));
        }
        index.settle();
        assert!(forms(&index, at).iter().all(|form| *form == Form::Texts));
    }
}
