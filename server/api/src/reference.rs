//! What the log, the answer and its reader call a request.

use muster_core::ids::RefId;

/// The reference of a request, as a request extension; the server gives one to each.
#[derive(Clone, Debug)]
pub struct Reference(pub RefId);
