//! An `EventSource` that ends with its value.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

use crate::live::Item;

/// An open stream.
pub(super) struct Source {
    source: EventSource,
    _on_open: Closure<dyn Fn()>,
    _on_error: Closure<dyn Fn()>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl Source {
    /// Opens a stream; `None` when the browser refuses.
    pub(super) fn open(address: &str) -> Option<Self> {
        let source = EventSource::new(address).ok()?;
        let on_open = Closure::<dyn Fn()>::new(super::on_open);
        source.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        // The browser's own retry has a fixed pace and gives up on the first refusal; the client does it instead.
        let on_error = Closure::<dyn Fn()>::new(super::on_error);
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
            if let Some(data) = event.data().as_string() {
                super::on_message(&event.type_(), &data, &event.last_event_id());
            }
        });
        for kind in Item::KINDS {
            source
                .add_event_listener_with_callback(kind, on_message.as_ref().unchecked_ref())
                .ok()?;
        }
        Some(Self {
            source,
            _on_open: on_open,
            _on_error: on_error,
            _on_message: on_message,
        })
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}
