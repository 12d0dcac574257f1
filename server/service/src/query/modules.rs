//! Rows of modules. They are few beside devices, so each is read and judged; a module is seen by who sees its device.

use muster_core::ids::{DeviceId, ModuleId};
use muster_core::twin::Object;
use muster_query::run::Answered;
use muster_query::{Document, Place, Query, Run, Scope};
use serde_json::Value;

use super::{answered, document};
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

impl Hub {
    /// Answers a query over the modules of the devices in a scope.
    pub(super) async fn modules_answered(
        &self,
        question: &Query,
        scope: &Scope,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Answered, ServiceError> {
        let now = self.now();
        let covering = self.configurations_by_module(None).await?;
        let mut run = Run::new(question, after, limit);
        let beside = Object::new();
        let offer = |row: muster_storage::ModuleTwinRow| {
            if !self.index().in_scope(&row.module.device, scope, now) {
                return;
            }
            let connected = self.connections().view_of(&row.module.identity()).is_some();
            run.offer(&Document {
                twin: &document::module_twin(&row, connected, covering.get(&row.module.identity())),
                beside: &beside,
                now,
            });
        };
        self.store().each_module(offer).await?;
        answered(run)
    }

    /// The documents of an answer of places. A module that was deleted meanwhile is left out.
    pub(super) async fn module_documents(
        &self,
        access: &Access,
        answered: &Answered,
    ) -> Result<Vec<Value>, ServiceError> {
        let mut documents = Vec::with_capacity(answered.rows.len());
        for (place, _) in &answered.rows {
            let device = place.device().and_then(|id| DeviceId::new(id).ok());
            let module = place.module().and_then(|id| ModuleId::new(id).ok());
            let (Some(device), Some(module)) = (device, module) else {
                continue;
            };
            let Some(row) = self.store().find_module_twin(&device, &module).await? else {
                continue;
            };
            let connected = self.connections().view_of(&row.module.identity()).is_some();
            let covering = self.configurations_by_module(Some(&device)).await?;
            let covering = covering.get(&row.module.identity());
            let mut twin = document::module_twin(&row, connected, covering);
            if !access.knows_credentials() {
                document::hide_credentials(&mut twin);
            }
            documents.push(Value::Object(twin));
        }
        Ok(documents)
    }
}
