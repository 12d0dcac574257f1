//! The browser's half: one `EventSource` for all parts of the page.
//!
//! The parts register what they follow; the client joins it into one address and opens a stream there. A broken
//! stream is opened again after a random wait whose limit doubles from one to thirty seconds, continuing after the
//! last event seen. While the page is hidden there is no stream.

mod source;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::{Following, Item, Topic, topic};
use crate::reactive::effect;
use crate::session::Session;
use source::Source;

/// First limit of the wait before a new try, in milliseconds.
const FIRST_WAIT_MS: f64 = 1000.0;

/// Highest limit of the wait, in milliseconds.
const LONGEST_WAIT_MS: f64 = 30_000.0;

/// Shortest wait, so that a hub that refuses at once is not asked in a tight loop, in milliseconds.
const SHORTEST_WAIT_MS: f64 = 250.0;

/// A stream broken for longer than this makes the page old, in milliseconds.
const OLD_AFTER_MS: u64 = 10_000;

/// Parts of a page come and go together: the stream follows this much later, in milliseconds.
const SETTLE_MS: u64 = 20;

/// What a part of the page follows; read inside an effect.
type Topics = Rc<dyn Fn() -> Vec<Topic>>;

/// What a part of the page does with news.
type OnItem = Rc<dyn Fn(&Item)>;

struct Follower {
    id: u32,
    topics: Vec<Topic>,
    on_item: OnItem,
}

struct Client {
    status: RwSignal<Following>,
    session: Session,
    followers: Vec<Follower>,
    next_id: u32,
    /// The newest event seen.
    position: u64,
    /// The open stream with its topics.
    source: Option<(String, Source)>,
    /// The next try, while waiting for it.
    retry: Option<TimeoutHandle>,
    /// Declares the page old, while the stream is broken.
    ageing: Option<TimeoutHandle>,
    /// Tries since the stream was last open.
    tries: i32,
    /// When the stream broke, in milliseconds since 1970.
    broken_at: Option<i64>,
    settling: bool,
    hidden: bool,
}

thread_local! {
    static CLIENT: RefCell<Option<Client>> = const { RefCell::new(None) };
}

/// Runs on the client, unless it has not been started. Never calls back into pages.
fn with<T>(f: impl FnOnce(&mut Client) -> T) -> Option<T> {
    CLIENT.with_borrow_mut(|client| client.as_mut().map(f))
}

/// Prepares the client; the stream opens with the first follower.
pub(super) fn start(status: RwSignal<Following>, session: Session, position: u64) {
    CLIENT.set(Some(Client {
        status,
        session,
        followers: Vec::new(),
        next_id: 0,
        position,
        source: None,
        retry: None,
        ageing: None,
        tries: 0,
        broken_at: None,
        settling: false,
        hidden: false,
    }));
    listen(&document(), "visibilitychange", || {
        set_hidden(document().hidden())
    });
    listen(&window(), "pagehide", || set_hidden(true));
    listen(&window(), "pageshow", || set_hidden(document().hidden()));
}

/// A listener for the rest of the visit.
fn listen(target: &web_sys::EventTarget, event: &str, f: fn()) {
    let closure = Closure::<dyn Fn()>::new(f);
    target
        .add_event_listener_with_callback(event, closure.as_ref().unchecked_ref())
        .expect("a function can listen");
    closure.forget();
}

/// Follows what `topics` says, for as long as the calling component lives.
pub(super) fn follow(topics: Topics, on_item: OnItem) {
    let Some(id) = with(|client| {
        client.next_id += 1;
        client.followers.push(Follower {
            id: client.next_id,
            topics: Vec::new(),
            on_item,
        });
        client.next_id
    }) else {
        return;
    };
    effect(move || {
        let topics = topics();
        with(|client| {
            if let Some(follower) = client.followers.iter_mut().find(|f| f.id == id) {
                follower.topics = topics;
            }
            client.settle();
        });
    });
    on_cleanup(move || {
        with(|client| {
            client.followers.retain(|follower| follower.id != id);
            client.settle();
        });
    });
}

fn set_hidden(hidden: bool) {
    with(|client| {
        client.hidden = hidden;
        client.settle();
    });
}

impl Client {
    /// Brings the stream in line with what is followed, once the page has come to rest.
    fn settle(&mut self) {
        if !self.settling {
            self.settling = true;
            set_timeout(
                || {
                    with(|client| {
                        client.settling = false;
                        client.align();
                    });
                },
                Duration::from_millis(SETTLE_MS),
            );
        }
    }

    fn align(&mut self) {
        let wanted = self.wanted();
        if self.source.as_ref().map(|(topics, _)| topics) == wanted.as_ref() {
            return;
        }
        self.source = None;
        self.stop_waiting();
        match wanted {
            Some(topics) => self.open(topics),
            None if self.hidden => {}
            None => {
                self.healed();
                self.status.set(Following::Off);
            }
        }
    }

    /// The topics of all followers as one text; `None` when there is nothing to follow now.
    fn wanted(&self) -> Option<String> {
        let topics = self.followers.iter().flat_map(|f| f.topics.iter().cloned());
        let text = topic::join(topics);
        (!self.hidden && !text.is_empty()).then_some(text)
    }

    fn open(&mut self, topics: String) {
        if self.session.me_now().is_none() {
            return;
        }
        if self.status.get_untracked() == Following::Off {
            self.status.set(Following::Connecting);
        }
        let address = topic::address(&topics, self.position);
        match Source::open(&address) {
            Some(source) => self.source = Some((topics, source)),
            None => self.broken(),
        }
    }

    fn opened(&mut self) {
        self.tries = 0;
        self.healed();
        self.status.set(Following::Live);
    }

    fn healed(&mut self) {
        self.broken_at = None;
        if let Some(ageing) = self.ageing.take() {
            ageing.clear();
        }
    }

    fn broken(&mut self) {
        self.source = None;
        if self.broken_at.is_none() {
            self.broken_at = Some(js_sys::Date::now() as i64);
            self.status.set(Following::Reconnecting);
            let ageing = set_timeout_with_handle(
                || {
                    with(|client| {
                        client.ageing = None;
                        if let Some(since) = client.broken_at {
                            client.status.set(Following::Old { since });
                        }
                    });
                },
                Duration::from_millis(OLD_AFTER_MS),
            );
            self.ageing = ageing.ok();
            // Perhaps the hub ended the stream because the session ended.
            self.session.refresh();
        }
        let limit = (FIRST_WAIT_MS * 2_f64.powi(self.tries)).min(LONGEST_WAIT_MS);
        let wait = (js_sys::Math::random() * limit).max(SHORTEST_WAIT_MS);
        self.tries = (self.tries + 1).min(10);
        self.stop_waiting();
        let retry = set_timeout_with_handle(
            || {
                with(|client| {
                    client.retry = None;
                    client.align();
                });
            },
            Duration::from_millis(wait as u64),
        );
        self.retry = retry.ok();
    }

    fn stop_waiting(&mut self) {
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
    }
}

/// The stream is open.
fn on_open() {
    with(Client::opened);
}

/// The stream broke, or was refused.
fn on_error() {
    with(Client::broken);
}

/// News arrived.
fn on_message(kind: &str, data: &str, id: &str) {
    let Some(item) = Item::read(kind, data) else {
        return;
    };
    // Outside the borrow: what pages do with news may change what they follow.
    let listeners = with(|client| {
        if let Ok(id) = id.parse() {
            client.position = id;
        }
        let listeners: Vec<OnItem> = client.followers.iter().map(|f| f.on_item.clone()).collect();
        listeners
    });
    for on_item in listeners.unwrap_or_default() {
        on_item(&item);
    }
}
