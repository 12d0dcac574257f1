//! Waiting for what a page needs.

use std::sync::Arc;

use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::failure::{Failure, FailurePage};
use crate::reactive::dynamic;
use crate::rpc::data::{Data, Parcel, ParcelCodec, Wire};
use crate::shell::Page;
use crate::ui::SkeletonLines;

type Show = Arc<dyn Fn(Parcel) -> AnyView + Send + Sync>;

/// Shows what was read, or why it could not be had. While something else is read, what is there stays.
pub fn loaded<T: Wire>(
    data: Data<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let show = Arc::new(move |parcel: Parcel| match parcel.open() {
        Ok(read) => show(read),
        Err(error) => view! { <Failure error=error/> }.into_any(),
    });
    let waiting = || view! { <div class="is-loading"><SkeletonLines/></div> }.into_any();
    shown(data.parcels(), show, Box::new(waiting))
}

/// The same for a small part of a page, which says itself why something could not be had.
pub fn answered<T: Wire>(
    data: Data<T>,
    show: impl Fn(Result<T, AppError>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let show = Arc::new(move |parcel: Parcel| show(parcel.open()));
    shown(
        data.parcels(),
        show,
        Box::new(|| view! { <SkeletonLines/> }.into_any()),
    )
}

/// The same for a number beside something: nothing stands there while it is read.
pub fn quietly<T: Wire>(
    data: Data<T>,
    show: impl Fn(Result<T, AppError>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let show = Arc::new(move |parcel: Parcel| show(parcel.open()));
    shown(data.parcels(), show, Box::new(|| ().into_any()))
}

/// The same for a page that is named after what was read.
pub fn loaded_page<T: Wire>(
    title: &'static str,
    data: Data<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let show = Arc::new(move |parcel: Parcel| match parcel.open() {
        Ok(read) => show(read),
        Err(error) => view! { <FailurePage error=error/> }.into_any(),
    });
    let waiting = move || view! { <Page title=title><SkeletonLines/></Page> }.into_any();
    shown(data.parcels(), show, Box::new(waiting))
}

fn shown(
    parcels: Resource<Parcel, ParcelCodec>,
    show: Show,
    waiting: Box<dyn Fn() -> AnyView + Send>,
) -> AnyView {
    let content = move || {
        let show = show.clone();
        Suspend::new(async move { show(parcels.await) })
    };
    view! { <Transition fallback=waiting>{dynamic(content)}</Transition> }.into_any()
}
