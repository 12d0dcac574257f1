//! The plane: an outline to look at, and to draw with pointer or keys.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{self, EventTarget};

use super::projection::{self, Part, SIZE, degrees};
use crate::format::short;
use crate::reactive::dynamic;
use crate::rpc::places::Outline;
use crate::ui::{Button, ButtonSize};

/// How far an arrow key moves a point: this part of what is in view.
const STEP: f64 = 0.01;

/// What can be taken hold of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Grip {
    /// The middle of a circle, or a corner.
    Point(usize),
    /// The edge of a circle.
    Edge,
}

/// The outline that is drawn, as the fields hold it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawing {
    /// A polygon, not a circle.
    pub(super) polygon: RwSignal<bool>,
    /// The middle of the circle.
    pub(super) centre: RwSignal<String>,
    /// The radius in metres.
    pub(super) radius: RwSignal<String>,
    /// The corners, one in a line.
    pub(super) points: RwSignal<String>,
}

impl Drawing {
    fn outline(self) -> Outline {
        if self.polygon.get() {
            return Outline::Polygon(self.points.with(|text| projection::read_points(text)));
        }
        let centre = self.centre.with(|text| projection::read_point(text));
        let radius = self.radius.with(|text| text.trim().parse().unwrap_or(0.0));
        match centre {
            Some((lat, lon)) => Outline::Circle(lat, lon, radius),
            None => Outline::Polygon(Vec::new()),
        }
    }

    fn moved(self, grip: Grip, to: (f64, f64)) {
        match grip {
            Grip::Edge => {
                if let Some(centre) = self
                    .centre
                    .with_untracked(|text| projection::read_point(text))
                {
                    let radius = projection::metres(centre, to).max(1.0);
                    self.radius.set(short(radius, 0));
                }
            }
            Grip::Point(_) if !self.polygon.get_untracked() => {
                self.centre.set(projection::write_point(to.0, to.1));
            }
            Grip::Point(at) => self.change(|points| {
                if let Some(point) = points.get_mut(at) {
                    *point = to;
                }
            }),
        }
    }

    fn added(self, at: (f64, f64)) {
        if self.polygon.get_untracked() {
            self.change(|points| points.push(at));
        } else {
            self.moved(Grip::Point(0), at);
        }
    }

    fn removed(self, grip: Grip) {
        if let (Grip::Point(at), true) = (grip, self.polygon.get_untracked()) {
            self.change(|points| {
                if at < points.len() {
                    points.remove(at);
                }
            });
        }
    }

    fn change(self, change: impl FnOnce(&mut Vec<(f64, f64)>)) {
        let mut points = self
            .points
            .with_untracked(|text| projection::read_points(text));
        change(&mut points);
        self.points.set(projection::write_points(&points));
    }
}

/// What shows an outline.
fn fitting(outline: &Outline, others: &[Outline]) -> Part {
    match outline {
        Outline::Circle(lat, lon, radius) => Part::around(&[(*lat, *lon)], *radius),
        Outline::Polygon(points) if !points.is_empty() => Part::around(points, 0.0),
        Outline::Polygon(_) => {
            let middles = others.iter().filter_map(|other| match other {
                Outline::Circle(lat, lon, _) => Some((*lat, *lon)),
                Outline::Polygon(points) => points.first().copied(),
            });
            Part::around(&middles.collect::<Vec<_>>(), 0.0)
        }
    }
}

/// A plane on which the outline can be drawn.
pub(super) fn plane(drawing: Drawing, others: Vec<Outline>) -> AnyView {
    let outline = Memo::new(move |_| drawing.outline());
    let others = StoredValue::new(others);
    let fit = move || others.with_value(|others| fitting(&outline.get_untracked(), others));
    let part = RwSignal::new(fit());
    let held = RwSignal::new(None::<Grip>);
    let drawn = move || {
        let part = part.get();
        let beside = others.with_value(|others| {
            others
                .iter()
                .map(|other| shape(other, part, "plane-other"))
                .collect_view()
        });
        view! {
            {grid(part)}
            <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height="100%">
                {beside}
                {outline.with(|outline| shape(outline, part, "plane-shape"))}
            </svg>
        }
    };
    let grips = move || {
        let part = part.get();
        outline.with(|outline| {
            grips(outline)
                .into_iter()
                .map(|(grip, place)| handle(drawing, part, grip, place, held))
                .collect_view()
        })
    };
    let add = move |event: MouseEvent| {
        if let Some(at) = on_plane(event.current_target(), event.client_x(), event.client_y()) {
            drawing.added(part.get_untracked().to_earth(at));
        }
    };
    let drag = move |event: PointerEvent| {
        let Some(grip) = held.get_untracked() else {
            return;
        };
        if let Some(at) = on_plane(event.current_target(), event.client_x(), event.client_y()) {
            drawing.moved(grip, part.get_untracked().to_earth(at));
        }
    };
    let zoom = move |by: f64| move |_| part.update(|part| *part = part.scaled(by));
    view! {
        <div class="plane-box">
            <svg
                class="plane"
                role="group"
                aria-label="The place, to be drawn"
                on:pointermove=drag
                on:pointerup=move |_| held.set(None)
                on:pointercancel=move |_| held.set(None)
            >
                <rect class="plane-ground" width="100%" height="100%" on:click=add></rect>
                <g class="plane-drawn">{dynamic(drawn)}</g>
                {dynamic(grips)}
            </svg>
            <p class="hint">
                {move || part.get().words()}
                <span class="js-only">
                    " A click adds a corner or moves the circle. Corners are dragged, or moved with the arrow keys; Delete removes one."
                </span>
            </p>
            <div class="row js-only">
                <Button size=ButtonSize::Small icon="i-plus" on_press=zoom(0.5)>"Closer"</Button>
                <Button size=ButtonSize::Small icon="i-minus" on_press=zoom(2.0)>"Farther"</Button>
                <Button size=ButtonSize::Small on_press=move |_| part.set(fit())>"Show all of it"</Button>
            </div>
        </div>
    }
    .into_any()
}

/// A small picture of an outline.
pub(super) fn picture(outline: &Outline) -> AnyView {
    let part = fitting(outline, &[]);
    view! {
        <svg class="plane-small" viewBox="0 0 1000 1000" aria-hidden="true" focusable="false">
            {shape(outline, part, "plane-shape")}
        </svg>
    }
    .into_any()
}

fn shape(outline: &Outline, part: Part, class: &'static str) -> AnyView {
    match outline {
        Outline::Circle(lat, lon, radius) => {
            let (x, y) = part.to_plane((*lat, *lon));
            let r = short(part.length(*radius), 1);
            view! { <circle class=class cx=short(x, 1) cy=short(y, 1) r=r></circle> }.into_any()
        }
        Outline::Polygon(points) => {
            let corners = points.iter().map(|point| {
                let (x, y) = part.to_plane(*point);
                [short(x, 1), short(y, 1)].join(",")
            });
            let corners = corners.collect::<Vec<_>>().join(" ");
            view! { <polygon class=class points=corners></polygon> }.into_any()
        }
    }
}

fn percent(on_plane: f64) -> String {
    [short(on_plane * 100.0 / SIZE, 2).as_str(), "%"].concat()
}

fn grid(part: Part) -> AnyView {
    let (lats, lons, _) = part.grid();
    let across = lats.into_iter().map(|lat| {
        let y = percent(part.to_plane((lat, 0.0)).1);
        view! {
            <line class="plane-grid" x1="0" x2="100%" y1=y.clone() y2=y.clone()></line>
            <text class="plane-label" x="4" y=y dy="-3">{[&degrees(lat), "°"].concat()}</text>
        }
    });
    let down = lons.into_iter().map(|lon| {
        let x = percent(part.to_plane((0.0, lon)).0);
        view! {
            <line class="plane-grid" y1="0" y2="100%" x1=x.clone() x2=x.clone()></line>
            <text class="plane-label" y="100%" x=x dy="-4" dx="3">{[&degrees(lon), "°"].concat()}</text>
        }
    });
    view! { <g>{across.collect_view()}{down.collect_view()}</g> }.into_any()
}

/// What can be taken hold of, and where it is.
fn grips(outline: &Outline) -> Vec<(Grip, (f64, f64))> {
    match outline {
        Outline::Polygon(points) => {
            let points = points.iter().enumerate();
            points
                .map(|(at, place)| (Grip::Point(at), *place))
                .collect()
        }
        Outline::Circle(lat, lon, radius) => {
            // The northern end of the circle.
            let edge = (*lat + radius / 111_195.0).min(90.0);
            vec![(Grip::Point(0), (*lat, *lon)), (Grip::Edge, (edge, *lon))]
        }
    }
}

fn handle(
    drawing: Drawing,
    part: Part,
    grip: Grip,
    place: (f64, f64),
    held: RwSignal<Option<Grip>>,
) -> impl IntoView + use<> {
    let (x, y) = part.to_plane(place);
    let label = match grip {
        Grip::Edge => "Edge of the circle".to_owned(),
        Grip::Point(at) => {
            let what = if drawing.polygon.get_untracked() {
                format!("Corner {}", at + 1)
            } else {
                "Middle of the circle".to_owned()
            };
            format!("{what}: {}", projection::write_point(place.0, place.1))
        }
    };
    let key = move |event: KeyboardEvent| {
        let step = SIZE * STEP * if event.shift_key() { 10.0 } else { 1.0 };
        let (dx, dy) = match event.key().as_str() {
            "ArrowLeft" => (-step, 0.0),
            "ArrowRight" => (step, 0.0),
            "ArrowUp" => (0.0, -step),
            "ArrowDown" => (0.0, step),
            "Delete" | "Backspace" => {
                event.prevent_default();
                drawing.removed(grip);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        drawing.moved(grip, part.to_earth((x + dx, y + dy)));
        keep_focus(grip);
    };
    let take = move |event: PointerEvent| {
        held.set(Some(grip));
        event.prevent_default();
    };
    view! {
        <circle
            class="plane-grip"
            id=grip_id(grip)
            cx=percent(x)
            cy=percent(y)
            r="7"
            tabindex="0"
            role="button"
            aria-label=label
            on:pointerdown=take
            on:keydown=key
        ></circle>
    }
}

fn grip_id(grip: Grip) -> String {
    match grip {
        Grip::Edge => "grip-edge".to_owned(),
        Grip::Point(at) => ["grip-", &at.to_string()].concat(),
    }
}

/// Points are drawn anew when one moves; the focus stays with the one that did.
fn keep_focus(grip: Grip) {
    request_animation_frame(move || {
        let found = document().get_element_by_id(&grip_id(grip));
        if let Some(element) = found {
            let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    });
}

/// Where a pointer is, as a point of the plane.
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
fn on_plane(target: Option<EventTarget>, x: i32, y: i32) -> Option<(f64, f64)> {
    use leptos::wasm_bindgen::JsCast as _;
    let element = target?.dyn_into::<web_sys::Element>().ok()?;
    let around = element.get_bounding_client_rect();
    let across = (f64::from(x) - around.left()) / around.width();
    let down = (f64::from(y) - around.top()) / around.height();
    (across.is_finite() && down.is_finite()).then_some((across * SIZE, down * SIZE))
}

#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
fn on_plane(_target: Option<EventTarget>, _x: i32, _y: i32) -> Option<(f64, f64)> {
    None
}
