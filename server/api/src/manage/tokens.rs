//! API tokens: one's own, and for administrators those of others. They are made on the account page: a token makes no
//! tokens.

pub(super) mod list;
pub(super) mod list_of;
pub(super) mod me;
pub(super) mod revoke;
pub(super) mod revoke_of;

const TAG: &str = "Tokens";
