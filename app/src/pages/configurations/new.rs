//! A new configuration, empty or beginning as another.

use leptos::prelude::*;
use muster_core::policy::Action;

use super::form::{ConfigurationForm, Filled};
use crate::error::AppError;
use crate::panels::loaded::loaded;
use crate::routes;
use crate::rpc::configurations::show_configuration;
use crate::rpc::data::Data;
use crate::session::use_session;
use crate::shell::Page;
use crate::ui::{Breadcrumb, Crumb, PageHead};

/// What a content looks like.
const EXAMPLE: &str = "{
  \"deviceContent\": {
    \"properties.desired.reporting.interval\": 60
  }
}";

/// The form.
#[component]
pub(super) fn NewPage(
    /// The configuration it begins as; empty for none.
    from: String,
) -> impl IntoView {
    let may = use_session()
        .me_now()
        .is_some_and(|me| me.can(Action::KeepConfigurations));
    if !may {
        let error = AppError::Forbidden {
            action: Action::KeepConfigurations.in_words().to_owned(),
        };
        return view! { <crate::pages::failure::FailurePage error=error/> }.into_any();
    }
    let crumbs = vec![Crumb {
        label: "Configurations".to_owned(),
        href: routes::CONFIGURATIONS.to_owned(),
    }];
    let body = if from.is_empty() {
        let empty = Filled {
            priority: "0".to_owned(),
            content: EXAMPLE.to_owned(),
            ..Filled::default()
        };
        view! { <ConfigurationForm filled=empty/> }.into_any()
    } else {
        let data = Data::new(move || from.clone(), show_configuration);
        loaded(data, |found| {
            let filled = Filled {
                id: String::new(),
                etag: String::new(),
                ..Filled::from(&found)
            };
            view! { <ConfigurationForm filled=filled/> }.into_any()
        })
    };
    view! {
        <Page title="New configuration">
            <Breadcrumb crumbs=crumbs/>
            <PageHead title="New configuration"/>
            {body}
        </Page>
    }
    .into_any()
}
