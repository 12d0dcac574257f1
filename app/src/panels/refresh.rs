//! Data that is read again while somebody looks at it, without rebuilding what shows it.

use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::live::{Item, Topic, use_live};
use crate::reactive::effect;
use crate::rpc::data::{Data, Wire};

/// Reads something again when asked. While a reading is under way, further asking leads to one more reading after it,
/// never to several at once.
#[derive(Clone, Copy, Debug)]
pub struct Refresh(RwSignal<u32>);

impl Refresh {
    /// Asks for another reading.
    pub fn ask(self) {
        self.0.update(|asked| *asked = asked.wrapping_add(1));
    }
}

/// A value that was read with the page, and the way to read it again. Failures are left alone: the live state in the
/// top bar tells of a hub that cannot be reached, and what is shown stays what was last known.
pub fn use_refreshed<T, E, F>(
    first: T,
    read: impl Fn() -> F + Clone + 'static,
) -> (RwSignal<T>, Refresh)
where
    T: Clone + PartialEq + Send + Sync + 'static,
    E: 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    let value = RwSignal::new(first);
    let reading = move || {
        let answer = read();
        Box::pin(async move {
            // The page may be gone by now.
            if let Ok(read) = answer.await
                && value.try_with_untracked(|shown| *shown != read) == Some(true)
            {
                value.set(read);
            }
        }) as Reading
    };
    (value, when_asked(Rc::new(reading)))
}

/// Reads windows, calendars, places or firmware again when somebody changes them.
pub fn follow_books<T: Wire>(data: Data<T>) {
    use_live(
        || vec![Topic::Books],
        move |item| {
            if matches!(item, Item::Books | Item::Resync) {
                data.refetch();
            }
        },
    );
}

/// A reading under way, up to what is shown.
type Reading = Pin<Box<dyn Future<Output = ()>>>;

fn when_asked(read: Rc<dyn Fn() -> Reading>) -> Refresh {
    let asked = RwSignal::new(0_u32);
    let busy = StoredValue::new(false);
    effect(move || {
        let wanted = asked.get();
        if wanted == 0 || busy.get_value() {
            return;
        }
        busy.set_value(true);
        let read = read.clone();
        spawn_local(async move {
            let mut answered = wanted;
            loop {
                read().await;
                // The page may be gone by now.
                let Some(newest) = asked.try_get_untracked() else {
                    return;
                };
                if newest == answered {
                    break;
                }
                answered = newest;
            }
            busy.try_set_value(false);
        });
    });
    Refresh(asked)
}
