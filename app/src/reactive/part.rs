//! A part of a view that the server writes once.
//!
//! Rendering goes through a view several times: to find out what is read, to wait for it, and to write it down. A
//! closure would be called each time, and what it begins to read would be read as often, under numbers that the browser
//! does not count to. The part is written when rendering first comes to it, which is also the browser's order.

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Position, PositionState};

type Write = Box<dyn FnOnce() -> AnyView + Send>;

/// Written or not yet.
pub(super) enum Part {
    /// With the owner of what is made on the way: those of a passage are gone when it is over.
    Unwritten(Owner, Write),
    Written(AnyView),
}

impl Part {
    pub(super) fn new(write: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        let owner = Owner::current().unwrap_or_default();
        Self::Unwritten(owner, Box::new(write))
    }

    fn view(self) -> AnyView {
        match self {
            Self::Unwritten(owner, write) => owner.with(write),
            Self::Written(view) => view,
        }
    }
}

impl Render for Part {
    type State = AnyViewState;

    fn build(self) -> Self::State {
        self.view().build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.view().rebuild(state);
    }
}

impl AddAnyAttr for Part {
    type Output<A: Attribute> = AnyView;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self::Output<A> {
        self.view().add_any_attr(attribute).into_any()
    }
}

impl RenderHtml for Part {
    type AsyncOutput = AnyView;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        let part = std::mem::replace(self, Self::Written(().into_any()));
        let mut view = part.view();
        view.dry_resolve();
        *self = Self::Written(view);
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.view().resolve().await
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.view()
            .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.view().to_html_async_with_buf::<OUT_OF_ORDER>(
            buf,
            position,
            escape,
            mark_branches,
            extra_attrs,
        );
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        self.view().hydrate::<FROM_SERVER>(cursor, position)
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.view().hydrate_async(cursor, position).await
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::StreamExt as _;

    use super::*;
    use crate::reactive::dynamic;

    /// Counts how often something is done.
    #[derive(Clone, Default)]
    struct Count(Arc<AtomicUsize>);

    impl Count {
        fn up(&self) -> usize {
            self.0.fetch_add(1, Ordering::Relaxed)
        }

        fn get(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn the_server_writes_a_part_once() {
        // Another test may have done it.
        drop(any_spawner::Executor::init_tokio());
        let (outer, inner) = (Count::default(), Count::default());
        let made = Count::default();
        let owner = Owner::new();
        let html = owner.with(|| {
            let (outer, inner, made) = (outer.clone(), inner.clone(), made.clone());
            let content = move || {
                outer.up();
                let (inner, made) = (inner.clone(), made.clone());
                Suspend::new(async move {
                    tokio::task::yield_now().await;
                    dynamic(move || {
                        inner.up();
                        // What a part makes lives until the page is written.
                        let number = RwSignal::new(made.up());
                        let words = move || format!("part {}", number.get());
                        view! { <p>{words}</p> }
                    })
                })
            };
            view! { <Suspense>{dynamic(content)}</Suspense> }.to_html_stream_in_order()
        });
        let html: String = html.collect().await;
        assert!(html.contains("<p>part 0"), "{html}");
        assert_eq!((outer.get(), inner.get()), (1, 1));
    }
}
