//! Paths and values that can be written: read once somebody writes, kept while the page is there.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::reactive::dynamic;
use crate::rpc::fleet::read_hints;

/// Id of the list that completes paths in plain fields.
pub(in crate::pages) const PATHS: &str = "fleet-paths";

/// What is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hints {
    /// Every path in use.
    pub(in crate::pages) paths: RwSignal<Vec<String>>,
    /// Common values by path, as literals.
    pub(in crate::pages) values: RwSignal<HashMap<String, Vec<String>>>,
    /// What was asked for already; the empty text stands for the paths.
    asked: StoredValue<Vec<String>>,
}

impl Hints {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            paths: RwSignal::new(Vec::new()),
            values: RwSignal::new(HashMap::new()),
            asked: StoredValue::new(Vec::new()),
        }
    }

    /// Somebody writes a path.
    pub(in crate::pages) fn want_paths(self) {
        self.want(String::new());
    }

    /// Somebody writes a value of a path.
    pub(in crate::pages) fn want_values(self, path: &str) {
        self.want(path.to_owned());
    }

    fn want(self, path: String) {
        if self.asked.with_value(|asked| asked.contains(&path)) {
            return;
        }
        self.asked.update_value(|asked| asked.push(path.clone()));
        leptos::task::spawn_local(async move {
            match read_hints(path.clone()).await {
                Ok(paths) if path.is_empty() => drop(self.paths.try_set(paths)),
                Ok(values) => drop(self.values.try_update(|known| known.insert(path, values))),
                // Asked again at the next keystroke.
                Err(_) => {
                    self.asked
                        .try_update_value(|asked| asked.retain(|known| *known != path));
                }
            }
        });
    }

    /// The list for plain fields.
    pub(in crate::pages) fn datalist(self) -> AnyView {
        let options = move || {
            let paths = self.paths.get().into_iter();
            paths
                .map(|path| view! { <option value=path></option> })
                .collect_view()
        };
        view! { <datalist id=PATHS>{dynamic(options)}</datalist> }.into_any()
    }
}
