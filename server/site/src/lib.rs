//! Builds the site that the binary carries ([`builder`]), rebuilds it on change ([`watch`]), and checks the
//! house rules of the repository ([`tidy`]).

pub mod builder;
mod sheet;
pub mod tidy;
pub mod watch;
