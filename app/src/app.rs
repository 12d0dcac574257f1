//! The application: what lasts for the whole visit, and the table of routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::clock::provide_clock;
use crate::live::provide_live;
use crate::pages::account::AccountPage;
use crate::pages::alert_rules::{AlertRulePage, AlertRulesPage};
use crate::pages::alerts::AlertsPage;
use crate::pages::approvals::{ApprovalsPage, RulesPage};
use crate::pages::configurations::{ConfigurationPage, ConfigurationsPage};
use crate::pages::device::DevicePage;
use crate::pages::embeds::{EmbedPage, EmbedsPage, NewEmbedPage};
use crate::pages::firmware::FirmwarePage;
use crate::pages::fleet::FleetPage;
use crate::pages::gallery::GalleryPage;
use crate::pages::health::HealthPage;
use crate::pages::home::{GoalsPage, HubPage, OversightPage, QueuePage};
use crate::pages::not_found::NotFoundPage;
use crate::pages::operation::OperationPage;
use crate::pages::operation_new::NewOperationPage;
use crate::pages::operations::OperationsPage;
use crate::pages::people::PeoplePage;
use crate::pages::person::PersonPage;
use crate::pages::places::{PlacePage, PlacesPage};
use crate::pages::root::RootPage;
use crate::pages::setup::SetupPage;
use crate::pages::sign_in::SignInPage;
use crate::pages::windows::{CalendarPage, WindowPage, WindowsPage};
use crate::session::provide_session;
use crate::shell::{SignedIn, leave_odd_links_to_the_browser};

/// The application. The server renders each page whole before it answers (`SsrMode::Async`): the status is right, and
/// no inline script has to swap anything in.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // The order matters: all three write what the browser begins with.
    provide_session();
    provide_clock();
    provide_live();
    leave_odd_links_to_the_browser();
    view! {
        <Title formatter=|title: String| [title.as_str(), " · Muster"].concat()/>
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/setup/:token") view=SetupPage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=SignedIn ssr=SsrMode::Async>
                    <Route path=path!("/") view=RootPage ssr=SsrMode::Async/>
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async/>
                    <Route path=path!("/queue") view=QueuePage ssr=SsrMode::Async/>
                    <Route path=path!("/oversight") view=OversightPage ssr=SsrMode::Async/>
                    <Route path=path!("/goals") view=GoalsPage ssr=SsrMode::Async/>
                    <Route path=path!("/hub") view=HubPage ssr=SsrMode::Async/>
                    <Route path=path!("/fleet") view=FleetPage ssr=SsrMode::Async/>
                    <Route path=path!("/health") view=HealthPage ssr=SsrMode::Async/>
                    <Route path=path!("/devices/:id") view=DevicePage ssr=SsrMode::Async/>
                    <Route path=path!("/configurations") view=ConfigurationsPage ssr=SsrMode::Async/>
                    <Route path=path!("/configurations/:id") view=ConfigurationPage ssr=SsrMode::Async/>
                    <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async/>
                    <Route path=path!("/people/:id") view=PersonPage ssr=SsrMode::Async/>
                    <Route path=path!("/firmware") view=FirmwarePage ssr=SsrMode::Async/>
                    <Route path=path!("/gallery") view=GalleryPage ssr=SsrMode::Async/>
                    <Route path=path!("/approvals") view=ApprovalsPage ssr=SsrMode::Async/>
                    <Route path=path!("/approvals/rules") view=RulesPage ssr=SsrMode::Async/>
                    <Route path=path!("/alerts") view=AlertsPage ssr=SsrMode::Async/>
                    <Route path=path!("/alerts/rules") view=AlertRulesPage ssr=SsrMode::Async/>
                    <Route path=path!("/alerts/rules/:id") view=AlertRulePage ssr=SsrMode::Async/>
                    <Route path=path!("/windows") view=WindowsPage ssr=SsrMode::Async/>
                    <Route path=path!("/windows/:id") view=WindowPage ssr=SsrMode::Async/>
                    <Route path=path!("/calendars/:id") view=CalendarPage ssr=SsrMode::Async/>
                    <Route path=path!("/places") view=PlacesPage ssr=SsrMode::Async/>
                    <Route path=path!("/places/:id") view=PlacePage ssr=SsrMode::Async/>
                    <Route path=path!("/operations") view=OperationsPage ssr=SsrMode::Async/>
                    <Route path=path!("/operations/new") view=NewOperationPage ssr=SsrMode::Async/>
                    <Route path=path!("/operations/:id") view=OperationPage ssr=SsrMode::Async/>
                    <Route path=path!("/embeds") view=EmbedsPage ssr=SsrMode::Async/>
                    <Route path=path!("/embeds/new") view=NewEmbedPage ssr=SsrMode::Async/>
                    <Route path=path!("/embeds/:id") view=EmbedPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
