//! What a page reads to show it: on the server while it renders, then from the page itself, later from the hub.
//!
//! A [`Resource`] of each type would bring its whole machinery once per type into the browser. Here one resource
//! carries parcels, and only packing and opening them knows the type.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::compact::{self, CompactEncoding};
use crate::error::AppError;

/// What can be read this way.
pub trait Wire: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Wire for T {}

/// An answer or its refusal, of any type.
#[derive(Clone, Debug)]
pub(crate) enum Parcel {
    /// As the server writes it into the page.
    Written(Arc<[u8]>),
    /// As the browser read it.
    #[cfg(not(feature = "ssr"))]
    Read(Arc<dyn std::any::Any + Send + Sync>),
}

impl Parcel {
    #[cfg(feature = "ssr")]
    fn pack<T: Wire>(answer: Result<T, AppError>) -> Self {
        let written = compact::write(&answer).or_else(|error| {
            let refusal: Result<T, AppError> = Err(crate::error::internal(&error));
            compact::write(&refusal)
        });
        Self::Written(written.expect("a refusal is plain data").into())
    }

    #[cfg(not(feature = "ssr"))]
    fn pack<T: Wire>(answer: Result<T, AppError>) -> Self {
        Self::Read(Arc::new(answer))
    }

    /// What was packed.
    pub(crate) fn open<T: Wire>(&self) -> Result<T, AppError> {
        match self {
            Self::Written(bytes) => compact::read(bytes).unwrap_or(Err(AppError::Transport)),
            #[cfg(not(feature = "ssr"))]
            Self::Read(answer) => answer
                .downcast_ref::<Result<T, AppError>>()
                .expect("data is packed and opened as one type")
                .clone(),
        }
    }
}

/// Parcels in the page.
#[derive(Debug)]
pub(crate) struct ParcelCodec;

impl Encoder<Parcel> for ParcelCodec {
    type Error = std::convert::Infallible;
    type Encoded = Vec<u8>;

    fn encode(parcel: &Parcel) -> Result<Vec<u8>, Self::Error> {
        match parcel {
            Parcel::Written(bytes) => Ok(bytes.to_vec()),
            #[cfg(not(feature = "ssr"))]
            Parcel::Read(_) => unreachable!("only the server writes pages"),
        }
    }
}

impl Decoder<Parcel> for ParcelCodec {
    type Error = std::convert::Infallible;
    type Encoded = [u8];

    fn decode(bytes: &[u8]) -> Result<Parcel, Self::Error> {
        Ok(Parcel::Written(bytes.into()))
    }
}

type Reading = Pin<Box<dyn Future<Output = Parcel> + Send>>;

/// What a server function answers, read again whenever what it depends on changes.
#[derive(Debug)]
pub struct Data<T> {
    parcels: Resource<Parcel, ParcelCodec>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Data<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Data<T> {}

impl<T: Wire> Data<T> {
    /// Reads with `read` what `source` says; reactive in `source` alone.
    pub fn new<S, F>(
        source: impl Fn() -> S + Send + Sync + 'static,
        read: impl Fn(S) -> F + Send + Sync + 'static,
    ) -> Self
    where
        S: Clone + PartialEq + Send + Sync + 'static,
        F: Future<Output = Result<T, AppError>> + Send + 'static,
    {
        let source = Memo::new(move |_| source());
        let read = move || {
            let answer = read(source.get_untracked());
            Box::pin(async move { Parcel::pack(answer.await) }) as Reading
        };
        Self {
            // Read, not only tracked: a memo that is first computed later would count as changed.
            parcels: resource(Box::new(move || source.with(|_| ())), Box::new(read)),
            of: PhantomData,
        }
    }

    /// Shows something else that was answered meanwhile.
    pub fn set(self, answer: T) {
        self.parcels.set(Some(Parcel::pack(Ok(answer))));
    }

    /// Reads again.
    pub fn refetch(self) {
        self.parcels.refetch();
    }

    /// The parcels, for who shows them.
    pub(crate) fn parcels(self) -> Resource<Parcel, ParcelCodec> {
        self.parcels
    }
}

/// A value that the server knows as the page begins, and the browser finds in the page.
pub fn shared<T: Wire>(initial: impl FnOnce() -> T) -> T {
    SharedValue::<T, CompactEncoding>::new_with_encoding(initial).into_inner()
}

fn resource(
    follow: Box<dyn Fn() + Send + Sync>,
    read: Box<dyn Fn() -> Reading + Send + Sync>,
) -> Resource<Parcel, ParcelCodec> {
    let turn = Memo::new(move |before: Option<&u32>| {
        follow();
        before.map_or(0, |before| before.wrapping_add(1))
    });
    Resource::new_with_options(move || turn.get(), move |_| read(), false)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn parcels_are_opened_as_they_were_packed() {
        let check = |answer: Result<Option<String>, AppError>| {
            assert_eq!(Parcel::pack(answer.clone()).open(), answer);
        };
        check(Ok(Some("pump-1".to_owned())));
        check(Ok(None));
        check(Err(AppError::field("name", "is taken")));
    }
}
