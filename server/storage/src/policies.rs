//! Shared access policies: their keys are sealed.

use muster_core::access::{PolicyName, SharedAccessPolicy};
use muster_core::key::{KeyPair, SharedKey};

use crate::engine::Sql;
use crate::error::{StorageError, corrupt};
use crate::sealed::Sealer;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const READ: Sql = Sql::both(
    "reading access policies",
    "SELECT name, primary_key, secondary_key FROM access_policy",
);

const INSERT: Sql = Sql::both(
    "making an access policy",
    "INSERT INTO access_policy (name, primary_key, secondary_key) VALUES ($1, $2, $3)
     ON CONFLICT (name) DO NOTHING",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&READ, &INSERT];

impl Store {
    /// Makes the policies that do not exist yet, with keys from `entropy`.
    pub async fn ensure_policies(
        &self,
        mut entropy: impl FnMut() -> [u8; 32] + Send,
    ) -> Result<(), StorageError> {
        let existing = self.policies().await?;
        let missing = PolicyName::ALL
            .into_iter()
            .filter(|name| existing.iter().all(|policy| policy.name != *name));
        let new: Vec<_> = missing
            .map(|name| SharedAccessPolicy {
                name,
                keys: KeyPair::from_entropy(entropy(), entropy()),
            })
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        self.write("making access policies", Insert(new)).await
    }

    /// The policies in the order of [`PolicyName::ALL`].
    pub async fn policies(&self) -> Result<Vec<SharedAccessPolicy>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&READ, []).await?;
        let mut policies = Vec::with_capacity(rows.len());
        for row in &rows {
            let text: String = row.get(0)?;
            let name: PolicyName = text
                .parse()
                .map_err(|cause| corrupt("access_policy", "name", &text, cause))?;
            let keys = KeyPair {
                primary: opened(self.sealer(), name, "primary", row.get(1)?)?,
                secondary: opened(self.sealer(), name, "secondary", row.get(2)?)?,
            };
            policies.push(SharedAccessPolicy { name, keys });
        }
        policies.sort_by_key(|policy| PolicyName::ALL.iter().position(|name| *name == policy.name));
        Ok(policies)
    }
}

fn place(name: PolicyName, slot: &str) -> String {
    format!("policy:{}:{slot}", name.as_str())
}

fn opened(
    sealer: &Sealer,
    name: PolicyName,
    slot: &'static str,
    sealed: Vec<u8>,
) -> Result<SharedKey, StorageError> {
    let bad = || {
        corrupt(
            "access_policy",
            "keys",
            name.as_str(),
            format!("the {slot} key does not open"),
        )
    };
    let text = sealer
        .open_text(&place(name, slot), &sealed)
        .ok_or_else(bad)?;
    SharedKey::new(&text).map_err(|_| bad())
}

#[derive(Debug)]
struct Insert(Vec<SharedAccessPolicy>);

impl Operation for Insert {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        for policy in &self.0 {
            let seal = |slot, key: &SharedKey| {
                unit.sealer
                    .seal(&place(policy.name, slot), key.reveal().as_bytes())
            };
            let arguments = [
                policy.name.as_str().into(),
                seal("primary", &policy.keys.primary).into(),
                seal("secondary", &policy.keys.secondary).into(),
            ];
            unit.connection.run(&INSERT, arguments).await?;
        }
        Ok(())
    }
}
