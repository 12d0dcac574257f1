//! `GET /jobs/v2/query?jobType=&jobStatus=`: the jobs, newest first.

use axum::extract::RawQuery;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use muster_core::job::{JobStatus, JobType};
use muster_core::operation::OperationState;
use muster_core::sas::percent_decode;
use muster_service::operations::{OperationQuery, OperationSummary};
use serde_json::{Value, json};

use super::shown;
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::page;
use crate::hub::target::Asked;

/// What the Python client's `User-Agent` names: it reads an object where everybody else reads an array.
const READS_OBJECTS: [&str; 2] = ["msrest", "iothubgatewayserviceapis"];

pub(super) async fn handle(
    asked: Asked,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let filter = Filter::read(query.as_deref().unwrap_or_default())?;
    let page = page::asked(&headers)?;
    let now = asked.hub.now();
    let question = OperationQuery {
        states: filter.states(),
        kinds: filter.kinds.iter().map(|kind| kind.task()).collect(),
        jobs: true,
        limit: page.limit,
        cursor: page.continuation,
        ..OperationQuery::default()
    };
    let found = asked
        .hub
        .operations(asked.caller.access(), &question)
        .await?;
    let kept = |summary: &&OperationSummary| {
        let status = JobStatus::of(summary.state, summary.plan.how.starts_at, now);
        filter.status.is_none_or(|wanted| wanted == status)
    };
    let jobs: Vec<Value> = found
        .rows
        .iter()
        .filter(kept)
        .map(|summary| shown::job(summary, now))
        .collect();
    if reads_objects(&headers) {
        let answer =
            json!({ "type": "jobResponse", "items": jobs, "continuationToken": found.next });
        return Ok(json(StatusCode::OK, &answer));
    }
    let mut response = json(StatusCode::OK, &Value::Array(jobs));
    page::describe(&mut response, "JobResponse", found.next);
    Ok(response)
}

fn reads_objects(headers: &HeaderMap) -> bool {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    READS_OBJECTS.iter().all(|name| agent.contains(name))
}

/// Which jobs are asked for.
#[derive(Debug, PartialEq)]
struct Filter {
    kinds: Vec<JobType>,
    status: Option<JobStatus>,
}

impl Filter {
    /// Python writes `None` when its caller names nothing.
    fn read(query: &str) -> Result<Self, ApiError> {
        let given = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let text = pairs.find_map(|(key, text)| (key == name).then_some(text))?;
            percent_decode(text).filter(|text| !text.is_empty() && text != "None")
        };
        let kinds = match given("jobType").map(|text| text.parse::<JobType>()) {
            None => JobType::ALL.to_vec(),
            Some(Ok(kind)) => vec![kind],
            Some(Err(())) => {
                return Err(ApiError::argument(
                    "jobType is scheduleUpdateTwin or scheduleDeviceMethod",
                ));
            }
        };
        let status = given("jobStatus")
            .map(|text| text.parse::<JobStatus>())
            .transpose()
            .map_err(|()| {
                let names = JobStatus::ALL.map(JobStatus::as_str).join(", ");
                ApiError::argument(format!("jobStatus is one of {names}"))
            })?;
        Ok(Self { kinds, status })
    }

    /// Drafts are nobody's jobs.
    fn states(&self) -> Vec<OperationState> {
        match self.status {
            Some(status) => status.states().to_vec(),
            None => {
                let all = OperationState::ALL.iter().copied();
                all.filter(|state| *state != OperationState::Draft)
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn filters_are_read_as_clients_write_them() {
        let check = |query: &str, kinds: &[JobType], status: Option<JobStatus>| {
            let filter = Filter::read(query).unwrap();
            assert_eq!((&*filter.kinds, filter.status), (kinds, status), "{query}");
        };
        check("api-version=2021-04-12", &JobType::ALL, None);
        check("jobType=&jobStatus=None", &JobType::ALL, None);
        check(
            "jobType=scheduleUpdateTwin&jobStatus=completed",
            &[JobType::UpdateTwin],
            Some(JobStatus::Completed),
        );
        assert!(Filter::read("jobType=export").is_err());
        assert!(Filter::read("jobStatus=lost").is_err());
    }

    #[test]
    fn only_the_python_client_reads_objects() {
        let check = |agent: &str, want: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, agent.parse().unwrap());
            assert_eq!(reads_objects(&headers), want, "{agent}");
        };
        check(
            "python/3.11.7 (Linux) msrest/0.7.1 iothubgatewayserviceapis/2021-04-12",
            true,
        );
        check("python/3.11.7 msrest/0.7.1", false);
        check("azure-iothub/1.16.6", false);
    }
}
