//! Sending the form by script, for the progress: `fetch` does not tell how far a body is, XMLHttpRequest does.

/// How far the form is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Sent {
    /// It was not sent.
    No,
    /// So many percent have left.
    #[cfg_attr(
        not(all(feature = "hydrate", target_arch = "wasm32")),
        expect(dead_code, reason = "only browsers send by script")
    )]
    Part(u32),
    /// The hub did not take it.
    Refused(String),
}

#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
/// Only a browser sends forms.
pub(super) fn send(_event: &leptos::ev::SubmitEvent, _sent: leptos::prelude::RwSignal<Sent>) {}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
pub(super) use browser::send;

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
mod browser {
    use leptos::ev::SubmitEvent;
    use leptos::prelude::*;
    use wasm_bindgen::prelude::*;
    use web_sys::{FormData, HtmlFormElement};

    use super::Sent;
    use crate::routes;

    // The four members that are needed; the bindings of web-sys would bring three more types.
    #[wasm_bindgen]
    extern "C" {
        type XMLHttpRequest;
        #[wasm_bindgen(constructor)]
        fn new() -> XMLHttpRequest;
        #[wasm_bindgen(method)]
        fn open(this: &XMLHttpRequest, method: &str, address: &str);
        #[wasm_bindgen(method, js_name = setRequestHeader)]
        fn header(this: &XMLHttpRequest, name: &str, value: &str);
        #[wasm_bindgen(method)]
        fn send(this: &XMLHttpRequest, body: &FormData);
        #[wasm_bindgen(method, getter)]
        fn status(this: &XMLHttpRequest) -> u16;
        #[wasm_bindgen(method, getter, js_name = responseText)]
        fn text(this: &XMLHttpRequest) -> String;
        #[wasm_bindgen(method, setter)]
        fn set_onloadend(this: &XMLHttpRequest, then: &JsValue);
        #[wasm_bindgen(method, getter)]
        fn upload(this: &XMLHttpRequest) -> Upload;

        type Upload;
        #[wasm_bindgen(method, setter)]
        fn set_onprogress(this: &Upload, then: &JsValue);

        type Progress;
        #[wasm_bindgen(method, getter)]
        fn loaded(this: &Progress) -> f64;
        #[wasm_bindgen(method, getter)]
        fn total(this: &Progress) -> f64;
    }

    /// Sends the form and follows it.
    pub(in super::super) fn send(event: &SubmitEvent, sent: RwSignal<Sent>) {
        let form = event
            .target()
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(data) = form.and_then(|form| FormData::new_with_form(&form).ok()) else {
            return;
        };
        event.prevent_default();
        sent.set(Sent::Part(0));
        let request = XMLHttpRequest::new();
        request.open("POST", routes::FIRMWARE_UPLOAD);
        request.header("accept", "application/json");
        let progress = Closure::<dyn Fn(Progress)>::new(move |progress: Progress| {
            let share = progress.loaded() / progress.total().max(1.0);
            // The page may be gone by now.
            sent.try_set(Sent::Part((share * 100.0) as u32));
        });
        request.upload().set_onprogress(progress.as_ref());
        let ended = {
            let request = request.clone().unchecked_into::<XMLHttpRequest>();
            Closure::once_into_js(move || {
                drop(progress);
                end(&request, sent);
            })
        };
        request.set_onloadend(&ended);
        request.send(&data);
    }

    fn end(request: &XMLHttpRequest, sent: RwSignal<Sent>) {
        let answer: serde_json::Value = serde_json::from_str(&request.text()).unwrap_or_default();
        if request.status() == 201 {
            let hash = answer["sha256"].as_str().unwrap_or_default();
            // A whole page: the list is read anew.
            let _ = window().location().set_href(&routes::firmware(hash));
            return;
        }
        let why = answer["text"].as_str();
        let why =
            why.unwrap_or("The hub could not be reached. Nothing was kept; send the file again.");
        sent.try_set(Sent::Refused(crate::format::sentence(why)));
    }
}
