//! The forms of the menu of views. Plain forms of server functions; with script they do not leave the page.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{FormData, HtmlFormElement};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use muster_core::policy::Action;
use muster_core::view::{MAX_NAME, ViewId};

use super::super::address::FleetAddress;
use crate::error::AppError;
use crate::reactive::{dynamic, effect};
use crate::rpc::fleet::{ViewRow, delete_view, pin_view, save_view};
use crate::session::{Session, use_session};
use crate::ui::{Button, ButtonKind, ButtonSize, Check, Note, Tone};

/// What the forms share.
#[derive(Clone, Copy)]
pub(super) struct Forms {
    /// All views the person sees.
    pub(super) views: RwSignal<Vec<ViewRow>>,
    address: Memo<FleetAddress>,
    session: Session,
    /// What the last form did, or why it did not.
    said: RwSignal<Option<Result<&'static str, AppError>>>,
    /// Where to go next.
    next: RwSignal<Option<String>>,
}

/// What a form asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    Save(Option<ViewId>),
    Pin(Option<ViewId>),
    Delete(ViewId),
}

impl Forms {
    pub(super) fn new(address: Memo<FleetAddress>, views: Vec<ViewRow>) -> Self {
        let next = RwSignal::new(None::<String>);
        let navigate = use_navigate();
        effect(move || {
            if let Some(href) = next.get() {
                navigate(&href, NavigateOptions::default());
            }
        });
        Self {
            views: RwSignal::new(views),
            address,
            session: use_session(),
            said: RwSignal::new(None),
            next,
        }
    }

    /// What can be done to the view in force.
    pub(super) fn of_view(self, address: &FleetAddress, view: &ViewRow, changed: bool) -> AnyView {
        let id = view.id;
        if view.shared && !self.may_share() {
            let words = [
                &view.owner,
                " keeps this view for everybody. Keep a copy of your own below.",
            ];
            let words = words.map(|part: &str| part.to_owned()).concat();
            return view! { <p class="pop-h">{words}</p> {self.pin(view)} <hr/> }.into_any();
        }
        let save = if changed {
            "Save the list as it is now"
        } else {
            "Save"
        };
        let effect = if view.shared {
            "It goes for everybody. No device is touched."
        } else {
            "No device is touched."
        };
        view! {
            <p class="pop-h">"This view"</p>
            <form
                class="view-form"
                method="post"
                action="/rpc/fleet/save_view"
                on:submit=move |event| self.send(&event, Deed::Save(Some(id)))
            >
                <input type="hidden" name="id" value=id.0.to_string()/>
                {self.fields(address, "view-name", &view.name, view.shared)}
                <Button submit=true size=ButtonSize::Small>{save}</Button>
            </form>
            {self.pin(view)}
            <details class="view-form">
                <summary class="btn btn--danger btn--s">"Delete…"</summary>
                <form
                    method="post"
                    action="/rpc/fleet/delete_view"
                    on:submit=move |event| self.send(&event, Deed::Delete(id))
                >
                    <input type="hidden" name="id" value=id.0.to_string()/>
                    <p class="meta mt-2">{effect}</p>
                    <Button submit=true kind=ButtonKind::Danger size=ButtonSize::Small>"Delete this view"</Button>
                </form>
            </details>
            <hr/>
        }
        .into_any()
    }

    /// Keeps the list under a new name.
    pub(super) fn new_view(self, address: &FleetAddress) -> AnyView {
        view! {
            <p class="pop-h">"A new view of this list"</p>
            <form
                class="view-form"
                method="post"
                action="/rpc/fleet/save_view"
                on:submit=move |event| self.send(&event, Deed::Save(None))
            >
                {self.fields(address, "new-view-name", "", false)}
                <Button submit=true kind=ButtonKind::Primary size=ButtonSize::Small>"Keep this list"</Button>
            </form>
        }
        .into_any()
    }

    /// What the last form did, or why it did not.
    pub(super) fn answer(self) -> AnyView {
        let said = move || {
            self.said.get().map(|said| match said {
                Ok(words) => view! { <p class="pop-h">{words}</p> }.into_any(),
                Err(error) => {
                    view! { <Note tone=Tone::Attention>{error.to_string()}</Note> }.into_any()
                }
            })
        };
        view! { <div aria-live="polite">{dynamic(said)}</div> }.into_any()
    }

    /// The list itself, its name, and for who may decide it: who sees it.
    fn fields(self, address: &FleetAddress, id: &'static str, name: &str, shared: bool) -> AnyView {
        let share = self.may_share().then(|| {
            view! { <Check name="shared" label="Everybody sees it" checked=shared/> }
        });
        view! {
            <input type="hidden" name="query" value=address.kept().query()/>
            <label for=id>"Name"</label>
            <input
                class="input"
                id=id
                name="name"
                value=name.to_owned()
                maxlength=MAX_NAME.to_string()
                required=true
                autocomplete="off"
            />
            {share}
        }
        .into_any()
    }

    fn pin(self, view: &ViewRow) -> AnyView {
        let (id, words) = if view.pinned {
            (None, "No longer begin here")
        } else {
            (Some(view.id), "Begin with this view")
        };
        view! {
            <form
                class="view-form"
                method="post"
                action="/rpc/fleet/pin_view"
                on:submit=move |event| self.send(&event, Deed::Pin(id))
            >
                {id.map(|id| view! { <input type="hidden" name="id" value=id.0.to_string()/> })}
                <Button submit=true size=ButtonSize::Small icon="i-pin">{words}</Button>
            </form>
        }
        .into_any()
    }

    fn may_share(self) -> bool {
        self.session.with(|me| me.can(Action::ShareViews))
    }

    /// Sends a form without leaving the page.
    fn send(self, event: &SubmitEvent, deed: Deed) {
        let form = event
            .target()
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let data = form.and_then(|form| FormData::new_with_form(&form).ok());
        let Some(data) = data else { return };
        event.prevent_default();
        let text = |name: &str| data.get(name).as_string().unwrap_or_default();
        let (name, shared) = (text("name"), data.has("shared"));
        let list = self.address.with_untracked(FleetAddress::kept).query();
        leptos::task::spawn_local(async move {
            let before = self.views.get_untracked();
            let answer = match deed {
                Deed::Save(id) => save_view(id, name, list, shared).await,
                Deed::Pin(id) => pin_view(id).await,
                Deed::Delete(id) => delete_view(id).await,
            };
            self.follow(deed, &before, answer);
        });
    }

    fn follow(self, deed: Deed, before: &[ViewRow], answer: Result<Vec<ViewRow>, AppError>) {
        let views = match answer {
            Ok(views) => views,
            Err(error) => {
                self.said.set(Some(Err(error)));
                return;
            }
        };
        let is_new = |view: &&ViewRow| before.iter().all(|known| known.id != view.id);
        let next = match deed {
            Deed::Save(None) => views
                .iter()
                .find(is_new)
                .map(|view| FleetAddress::of_view(view.id, &view.query)),
            Deed::Delete(_) => Some(self.address.with_untracked(FleetAddress::kept)),
            Deed::Save(Some(_)) | Deed::Pin(_) => None,
        };
        self.said.set(Some(Ok(match deed {
            Deed::Save(_) => "Kept.",
            Deed::Pin(Some(_)) => "You begin with this view from now on.",
            Deed::Pin(None) => "You begin at the home of your role again.",
            Deed::Delete(_) => "Deleted.",
        })));
        self.views.set(views);
        // The way home may be another one now.
        self.session.refresh();
        if let Some(next) = next {
            self.next.set(Some(next.href()));
        }
    }
}
