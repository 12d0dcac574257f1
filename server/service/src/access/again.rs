//! The access of whoever asked for something that goes on without them.

use muster_core::event::Actor;

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

impl Hub {
    /// What whoever acted then may do now; `None` when they have no access any more: the account is not active, or the
    /// token has ended.
    pub(crate) async fn access_again(&self, actor: &Actor) -> Result<Option<Access>, ServiceError> {
        let (id, token) = match actor {
            Actor::Console => return Ok(Some(Access::console())),
            Actor::Policy { name } => return Ok(Some(Access::policy(*name))),
            Actor::Person { id, token, .. } => (*id, token.as_deref()),
            _ => return Ok(None),
        };
        let Some(access) = self.access_of(id).await? else {
            return Ok(None);
        };
        let Some(name) = token else {
            return Ok(Some(access));
        };
        let now = self.now();
        let tokens = self.store().tokens_of(id).await?;
        let token = tokens
            .iter()
            .find(|token| token.name == name && token.is_live(now));
        Ok(token.map(|token| access.narrowed(token)))
    }
}
