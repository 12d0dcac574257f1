//! The form of a place: the plane and the numbers beside it.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::plane::{Drawing, plane};
use super::projection::{write_point, write_points};
use crate::format::short;
use crate::pages::person::FormError;
use crate::pages::windows::{DeleteForm, follow, zone_field};
use crate::routes;
use crate::rpc::places::{Outline, PlaceForm, SavePlace};
use crate::shell::Page;
use crate::ui::{Breadcrumb, Button, ButtonKind, Crumb, LinkButton, PageHead, TextArea, TextField};

/// The radius of a new circle, in metres.
const NEW_RADIUS_M: f64 = 500.0;

/// The form.
#[component]
pub(super) fn EditPage(
    /// What it begins with.
    form: PlaceForm,
) -> impl IntoView {
    let action = ServerAction::<SavePlace>::new();
    follow(action, routes::PLACES);
    let title = if form.id.is_empty() {
        "New place".to_owned()
    } else {
        form.name.clone()
    };
    let crumbs = vec![Crumb {
        label: "Places".to_owned(),
        href: routes::PLACES.to_owned(),
    }];
    let delete = (!form.id.is_empty()).then(|| {
        let (id, etag) = (form.id.clone(), form.etag.clone());
        view! {
            <DeleteForm kind="place" id=id etag=etag words="Delete this place" back=routes::PLACES/>
        }
    });
    view! {
        <Page title=title.clone()>
            <Breadcrumb crumbs=crumbs/>
            <PageHead
                title=title
                facts=|| "A device is here when the position that it reports is, or without one that of its tags."
            />
            {fields(form, action)}
            {delete}
        </Page>
    }
    .into_any()
}

fn fields(form: PlaceForm, action: ServerAction<SavePlace>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let of = move |field: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref()?.of_field(field)))
    };
    let drawing = begun(form.outline.as_ref());
    let polygon = drawing.polygon;
    let choose = move |value: &'static str, label: &'static str| {
        let chosen = move || polygon.get() == (value == "polygon");
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="outline[kind]"
                    value=value
                    checked=chosen()
                    on:change=move |_| polygon.set(value == "polygon")
                />
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <ActionForm action=action>
            <div class="place-form">
                {plane(drawing, form.others)}
                <div class="place-fields">
                    <FormError error=error/>
                    <input type="hidden" name="id" value=form.id/>
                    <input type="hidden" name="etag" value=form.etag/>
                    <TextField id="place-name" name="name" label="Name" value=form.name required=true error=of("name")/>
                    <fieldset class="choices">
                        <legend>"Outline"</legend>
                        {choose("circle", "Circle")}
                        {choose("polygon", "Polygon")}
                    </fieldset>
                    <div class="place-circle">
                        <TextField
                            id="place-centre"
                            name="outline[centre]"
                            label="Middle: latitude, longitude"
                            bind=drawing.centre
                            hint=Some("In degrees, as 52.5, 13.4".to_owned())
                            error=of("centre")
                        />
                        <TextField
                            id="place-radius"
                            name="outline[radius]"
                            label="Radius in metres"
                            bind=drawing.radius
                            error=of("radius")
                        />
                    </div>
                    <div class="place-polygon">
                        <TextArea
                            id="place-points"
                            name="outline[points]"
                            label="Corners: latitude, longitude"
                            bind=drawing.points
                            rows=8
                            mono=true
                            hint=Some("One in a line, 3 to 100, in order around the place.".to_owned())
                            error=of("points")
                        />
                    </div>
                    <TextField
                        id="place-site"
                        name="site"
                        label="Site"
                        value=form.site
                        hint=Some("As tags.location.site of its devices says. May be empty.".to_owned())
                        error=of("site")
                    />
                    {zone_field(
                        "place-zone",
                        "zone",
                        "Time zone",
                        form.zone,
                        form.zones,
                        "That of devices on this site that name none. May be empty.",
                        of("zone"),
                    )}
                    <div class="row">
                        <Button submit=true kind=ButtonKind::Primary>"Keep the place"</Button>
                        <LinkButton href=routes::PLACES kind=ButtonKind::Quiet>"Cancel"</LinkButton>
                    </div>
                </div>
            </div>
        </ActionForm>
    }
}

fn begun(outline: Option<&Outline>) -> Drawing {
    let (polygon, centre, radius, points) = match outline {
        Some(Outline::Circle(lat, lon, radius)) => {
            (false, write_point(*lat, *lon), *radius, String::new())
        }
        Some(Outline::Polygon(points)) => (true, String::new(), NEW_RADIUS_M, write_points(points)),
        None => (false, String::new(), NEW_RADIUS_M, String::new()),
    };
    Drawing {
        polygon: RwSignal::new(polygon),
        centre: RwSignal::new(centre),
        radius: RwSignal::new(short(radius, 1)),
        points: RwSignal::new(points),
    }
}
