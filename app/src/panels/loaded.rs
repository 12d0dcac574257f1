//! Waiting for what a page needs.

use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::failure::Failure;
use crate::ui::SkeletonLines;

/// Shows what was read, or why it could not be had. While something else is read, what is there stays.
pub fn loaded<T>(
    data: Resource<Result<T, AppError>>,
    show: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let content = move || {
        let show = show.clone();
        Suspend::new(async move {
            match data.await {
                Ok(read) => show(read),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <Transition fallback=|| view! { <div class="is-loading"><SkeletonLines/></div> }>
            {content}
        </Transition>
    }
    .into_any()
}
