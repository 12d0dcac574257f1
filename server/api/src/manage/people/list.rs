//! `GET /people`: everybody.

use axum::http::Method;
use muster_core::cursor::{Cursor, Direction, Page};
use muster_core::person::Person;
use muster_core::policy::Action;
use muster_service::access::kinds::ManagePeople;
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, LIMIT};
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

/// Names the list for its cursors.
const QUESTION: &str = "people by name";

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/people",
    id: "listPeople",
    tag: super::TAG,
    summary: "Everybody, by sign-in name",
    notes: "",
    need: Need::Action(Action::ManagePeople),
    parameters: &[&LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of accounts.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("Person")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<ManagePeople>()?;
    let people = call.hub.people_list(&permit).await?;
    let page = page(people, call.cursor().as_deref(), call.limit())?;
    Ok(Reply::of(wire::page(page, wire::person)))
}

/// The page that a cursor names, out of all people by name.
fn page(
    mut people: Vec<Person>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Person>, Problem> {
    let cursor = cursor.map(|text| Cursor::<String>::decode(text, QUESTION));
    let cursor = cursor
        .transpose()
        .map_err(|bad| Problem::unreadable(format!("cursor: {bad}.")))?;
    let (start, end) = match &cursor {
        None => (0, limit.min(people.len())),
        Some(Cursor {
            direction: Direction::Forward,
            edge,
        }) => {
            let start = people.partition_point(|person| person.name <= *edge);
            (start, people.len().min(start + limit))
        }
        Some(Cursor {
            direction: Direction::Backward,
            edge,
        }) => {
            let end = people.partition_point(|person| person.name < *edge);
            (end.saturating_sub(limit), end)
        }
    };
    let more = end < people.len();
    people.truncate(end);
    let rows = people.split_off(start);
    let at = |direction, person: Option<&Person>| {
        let edge = person?.name.clone();
        Some(Cursor { direction, edge }.encode(QUESTION))
    };
    Ok(Page {
        previous: (start > 0)
            .then(|| at(Direction::Backward, rows.first()))
            .flatten(),
        next: more.then(|| at(Direction::Forward, rows.last())).flatten(),
        rows,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use muster_core::ids::PersonId;
    use muster_core::time::Timestamp;

    fn people() -> Vec<Person> {
        ["ann", "bob", "eve", "kim", "zoe"]
            .into_iter()
            .zip(1..)
            .map(|(name, id)| Person {
                home_view: None,
                id: PersonId(id),
                name: name.to_owned(),
                display_name: name.to_owned(),
                roles: vec![],
                active: true,
                must_change_password: false,
                created_at: Timestamp::default(),
                last_sign_in_at: None,
            })
            .collect()
    }

    fn names(page: &Page<Person>) -> Vec<&str> {
        page.rows.iter().map(|p| p.name.as_str()).collect()
    }

    #[test]
    fn pages_walk_both_ways_and_survive_changes() {
        let go = |cursor: Option<&str>| page(people(), cursor, 2).unwrap();
        let first = go(None);
        assert_eq!(names(&first), ["ann", "bob"]);
        assert_eq!(first.previous, None);
        let second = go(first.next.as_deref());
        assert_eq!(names(&second), ["eve", "kim"]);
        let last = go(second.next.as_deref());
        assert_eq!(names(&last), ["zoe"]);
        assert_eq!(last.next, None);
        assert_eq!(names(&go(last.previous.as_deref())), ["eve", "kim"]);
        assert_eq!(names(&go(second.previous.as_deref())), ["ann", "bob"]);
        // Somebody new on the page before does not move this one.
        let mut more = people();
        more.insert(
            1,
            Person {
                name: "art".into(),
                ..more[0].clone()
            },
        );
        let same = page(more, first.next.as_deref(), 2).unwrap();
        assert_eq!(names(&same), ["eve", "kim"]);
        assert!(page(people(), Some("nonsense"), 2).is_err());
    }
}
