//! Who is signed in, and where they begin.

mod set_home;
mod whoami;

pub use set_home::{SetHome, set_home};
pub use whoami::{Whoami, whoami};
