//! Requests that are done once however often they arrive: who asked what, and the answer, sealed because it may hold a
//! secret.

use muster_core::ids::PersonId;
use muster_core::time::Timestamp;

use crate::engine::Sql;
use crate::error::{StorageError, corrupt};
use crate::records::Repeated;
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Most requests that are remembered for one person.
pub const MAX_REMEMBERED: usize = 1_000;

const READ: Sql = Sql::both(
    "looking for a repeated request",
    "SELECT request, answer FROM idempotency WHERE person_id = $1 AND name = $2 AND created_at > $3",
);

const COUNT: Sql = Sql::both(
    "counting remembered requests",
    "SELECT COUNT(*) FROM idempotency WHERE person_id = $1",
);

/// An entry past its time, which nobody removed yet, gives way.
const BEGIN: Sql = Sql::both(
    "remembering a request",
    "INSERT INTO idempotency (person_id, name, request, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (person_id, name) DO UPDATE
     SET request = excluded.request, answer = NULL, created_at = excluded.created_at",
);

const FINISH: Sql = Sql::both(
    "remembering an answer",
    "UPDATE idempotency SET answer = $3 WHERE person_id = $1 AND name = $2",
);

const FORGET: Sql = Sql::both(
    "forgetting a request",
    "DELETE FROM idempotency WHERE person_id = $1 AND name = $2",
);

const FORGET_OLD: Sql = Sql::both(
    "forgetting old requests",
    "DELETE FROM idempotency WHERE created_at <= $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&READ, &COUNT, &BEGIN, &FINISH, &FORGET, &FORGET_OLD];

impl Store {
    /// Remembers that `person` asks `request` (a hash) under the key `name`, unless it was asked after `since`: then
    /// says what became of it.
    pub async fn begin_once(
        &self,
        person: PersonId,
        name: &str,
        request: [u8; 32],
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Repeated, StorageError> {
        let name = name.to_owned();
        let begin = Begin {
            person,
            name: name.clone(),
            request,
            since,
            now,
        };
        match self.write("remembering a request", begin).await? {
            Found::Nothing => Ok(Repeated::First),
            Found::Other => Ok(Repeated::OtherRequest),
            Found::UnderWay => Ok(Repeated::UnderWay),
            Found::TooMany => Ok(Repeated::TooMany),
            Found::Answered(sealed) => {
                let answer = self.sealer().open_bytes(&place(person, &name), &sealed);
                answer
                    .map(Repeated::Answered)
                    .ok_or_else(|| corrupt("idempotency", "answer", &name, "it does not open"))
            }
        }
    }

    /// Keeps the answer of a request that began; `None` forgets the request, so that it may be tried again.
    pub async fn finish_once(
        &self,
        person: PersonId,
        name: &str,
        answer: Option<Vec<u8>>,
    ) -> Result<(), StorageError> {
        let finish = Finish {
            person,
            name: name.to_owned(),
            answer,
        };
        self.write("remembering an answer", finish).await
    }

    /// Forgets requests from before `older`; says how many.
    pub async fn forget_requests(&self, older: Timestamp) -> Result<u64, StorageError> {
        self.write("forgetting old requests", Forget(older)).await
    }
}

fn place(person: PersonId, name: &str) -> String {
    format!("idempotency:{person}:{name}")
}

/// What was found under a key.
#[derive(Debug)]
enum Found {
    Nothing,
    Other,
    UnderWay,
    Answered(Vec<u8>),
    TooMany,
}

#[derive(Debug)]
struct Begin {
    person: PersonId,
    name: String,
    request: [u8; 32],
    since: Timestamp,
    now: Timestamp,
}

impl Operation for Begin {
    type Output = Found;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Found, StorageError> {
        let connection = &mut unit.connection;
        let arguments = [
            self.person.0.into(),
            self.name.as_str().into(),
            self.since.millis().into(),
        ];
        if let Some(row) = connection.row(&READ, arguments).await? {
            let (request, answer): (Vec<u8>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            return Ok(match answer {
                _ if request != self.request => Found::Other,
                Some(answer) => Found::Answered(answer),
                None => Found::UnderWay,
            });
        }
        let remembered = connection.number(&COUNT, [self.person.0.into()]).await?;
        if remembered >= MAX_REMEMBERED as i64 {
            return Ok(Found::TooMany);
        }
        let arguments = [
            self.person.0.into(),
            self.name.as_str().into(),
            self.request.to_vec().into(),
            self.now.millis().into(),
        ];
        connection.run(&BEGIN, arguments).await?;
        Ok(Found::Nothing)
    }
}

#[derive(Debug)]
struct Finish {
    person: PersonId,
    name: String,
    answer: Option<Vec<u8>>,
}

impl Operation for Finish {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let key = || [self.person.0.into(), self.name.as_str().into()];
        let Some(answer) = &self.answer else {
            unit.connection.run(&FORGET, key()).await?;
            return Ok(());
        };
        let sealed = unit.sealer.seal(&place(self.person, &self.name), answer);
        let [person, name] = key();
        unit.connection
            .run(&FINISH, [person, name, sealed.into()])
            .await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Forget(Timestamp);

impl Operation for Forget {
    type Output = u64;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<u64, StorageError> {
        unit.connection
            .run(&FORGET_OLD, [self.0.millis().into()])
            .await
    }
}
