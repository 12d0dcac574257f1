//! Windows, calendars and places in memory: one immutable shelf that is replaced with each change.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use muster_core::gate::{
    Calendar, Hours, Place, Sheet, SheetKind, Slug, State, Window, Zone, ZoneRule,
};
use muster_core::time::Timestamp;
use muster_query::{Datum, Path, Row};
use muster_storage::{BooksNews, SheetRow, Store};
use tokio::sync::watch;

use crate::error::ServiceError;

/// Most states of windows and calendars that are remembered, each for one zone.
const MAX_STATES: usize = 20_000;

/// How long it is believed that something does not change, where no change is in sight, in milliseconds: a day.
pub(super) const SETTLED_MS: i64 = 86_400_000;

/// Everything that gates look at beside the device. Cheap to clone; all clones follow the changes.
#[derive(Clone, Debug)]
pub struct Books(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shelf: watch::Sender<Arc<Shelf>>,
    /// Changes are checked and written one after the other.
    turns: tokio::sync::Mutex<()>,
}

/// Windows, calendars and places as they are at a moment.
#[derive(Debug)]
pub struct Shelf {
    sheets: Sheets,
    zone: Zone,
    /// Zones of sites, as their places say.
    sites: HashMap<String, Zone>,
    /// What was worked out already.
    states: Mutex<HashMap<SheetKind, HashMap<Slug, ByZone>>>,
}

/// States by the name of the zone.
type ByZone = HashMap<Box<str>, Known>;

type Sheets = BTreeMap<SheetKind, BTreeMap<Slug, SheetRow>>;

/// A state, and while it is one.
#[derive(Clone, Copy, Debug)]
struct Known {
    state: State,
    from: Timestamp,
    until: Timestamp,
}

/// The zone of a device, and what is odd about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneOf {
    /// The zone.
    pub zone: Zone,
    /// What it says of itself that is no zone, if it does.
    pub unknown: Option<String>,
}

impl Books {
    /// Nothing but a zone.
    pub(crate) fn new() -> Self {
        let shelf = Arc::new(Shelf::new(Sheets::new(), Zone::utc()));
        Self(Arc::new(Inner {
            shelf: watch::channel(shelf).0,
            turns: tokio::sync::Mutex::default(),
        }))
    }

    /// Reads what storage keeps.
    pub(crate) async fn load(&self, store: &Store) -> Result<(), ServiceError> {
        let mut sheets = Sheets::new();
        for row in store.sheets().await? {
            let of_kind = sheets.entry(row.sheet.kind()).or_default();
            of_kind.insert(row.id.clone(), row);
        }
        let zone = store.setting(super::ZONE).await?;
        let zone = zone.and_then(|name| Zone::find(&name));
        let shelf = Shelf::new(sheets, zone.unwrap_or_else(Zone::utc));
        self.0.shelf.send_replace(Arc::new(shelf));
        Ok(())
    }

    /// Follows a committed change. Runs in the writer.
    pub(crate) fn follow(&self, news: &BooksNews) {
        let before = self.shelf();
        let (mut sheets, mut zone) = (before.sheets.clone(), before.zone.clone());
        match news {
            BooksNews::Kept(row) => {
                let of_kind = sheets.entry(row.sheet.kind()).or_default();
                of_kind.insert(row.id.clone(), row.clone());
            }
            BooksNews::Gone(kind, id) => {
                sheets.entry(*kind).or_default().remove(id);
            }
            BooksNews::Zone(name) => zone = Zone::find(name).unwrap_or(zone),
        }
        self.0
            .shelf
            .send_replace(Arc::new(Shelf::new(sheets, zone)));
    }

    /// How everything is now.
    pub fn shelf(&self) -> Arc<Shelf> {
        self.0.shelf.borrow().clone()
    }

    /// Tells of each change: what was judged before may be judged otherwise.
    pub fn changes(&self) -> watch::Receiver<Arc<Shelf>> {
        self.0.shelf.subscribe()
    }

    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.turns.lock().await
    }
}

impl Shelf {
    fn new(sheets: Sheets, zone: Zone) -> Self {
        let mut sites = HashMap::new();
        for (_, place) in places(&sheets) {
            if let (Some(site), Some(zone)) = (&place.site, &place.zone)
                && let Some(zone) = Zone::find(zone)
            {
                sites.insert(site.clone(), zone);
            }
        }
        Self {
            sheets,
            zone,
            sites,
            states: Mutex::default(),
        }
    }

    /// All sheets of a kind, by short name.
    pub fn all(&self, kind: SheetKind) -> impl Iterator<Item = &SheetRow> {
        self.sheets
            .get(&kind)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    /// The sheet of a short name.
    pub fn find(&self, kind: SheetKind, id: &Slug) -> Option<&SheetRow> {
        self.sheets.get(&kind)?.get(id)
    }

    /// What people call it.
    pub fn name(&self, kind: SheetKind, id: &Slug) -> Option<&str> {
        self.find(kind, id).map(|row| row.sheet.name())
    }

    /// A window.
    pub fn window(&self, id: &Slug) -> Option<&Window> {
        match &self.find(SheetKind::Window, id)?.sheet {
            Sheet::Window(window) => Some(window),
            _ => None,
        }
    }

    /// A calendar.
    pub fn calendar(&self, id: &Slug) -> Option<&Calendar> {
        match &self.find(SheetKind::Calendar, id)?.sheet {
            Sheet::Calendar(calendar) => Some(calendar),
            _ => None,
        }
    }

    /// A place.
    pub fn place(&self, id: &Slug) -> Option<&Place> {
        match &self.find(SheetKind::Place, id)?.sheet {
            Sheet::Place(place) => Some(place),
            _ => None,
        }
    }

    /// The zone of devices that name none and stand on no site with one.
    pub fn default_zone(&self) -> &Zone {
        &self.zone
    }

    /// The opening hours of a window, or the service hours of a calendar, for a device in a zone.
    pub fn hours(&self, kind: SheetKind, id: &Slug, zone: &Zone) -> Option<Hours<'_>> {
        match &self.find(kind, id)?.sheet {
            Sheet::Window(window) => Some(self.hours_of(window, zone)),
            Sheet::Calendar(calendar) => Some(calendar.hours(zone)),
            Sheet::Place(_) => None,
        }
    }

    fn hours_of<'a>(&'a self, window: &'a Window, zone: &Zone) -> Hours<'a> {
        let calendar = window.calendar.as_ref().and_then(|id| self.calendar(id));
        window.hours(calendar, zone)
    }

    /// What is at a moment, and until when. All devices of a zone share the answer, so it is worked out once per change.
    pub fn state(&self, kind: SheetKind, id: &Slug, zone: &Zone, now: Timestamp) -> Option<State> {
        let states = || self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let known = || {
            let states = states();
            states.get(&kind)?.get(id)?.get(zone.name()).copied()
        };
        if let Some(known) = known()
            && known.from <= now
            && now < known.until
        {
            return Some(known.state);
        }
        let state = self.hours(kind, id, zone)?.state(now);
        let (State::Open { until: change } | State::Closed { opens: change }) = state;
        let known = Known {
            state,
            from: now,
            until: change.unwrap_or(now.plus_ms(SETTLED_MS)),
        };
        let mut states = states();
        let of_sheets = states.values().flat_map(HashMap::values);
        if of_sheets.map(HashMap::len).sum::<usize>() >= MAX_STATES {
            states.clear();
        }
        let of_kind = states.entry(kind).or_default();
        let of_sheet = of_kind.entry(id.clone()).or_default();
        of_sheet.insert(zone.name().into(), known);
        Some(state)
    }

    /// The zone of a device: its own (`tags.location.timezone`), else that of its site (`tags.location.site`), else that
    /// of the fleet.
    pub fn zone_of(&self, device: &impl Row) -> ZoneOf {
        let [timezone, site] = zone_paths();
        let mut unknown = None;
        if let Some(name) = text(&device.datum(&timezone)) {
            match Zone::find(name) {
                Some(zone) => {
                    return ZoneOf {
                        zone,
                        unknown: None,
                    };
                }
                None => unknown = Some(name.to_owned()),
            }
        }
        let site = device.datum(&site);
        let of_site = text(&site).and_then(|site| self.sites.get(site));
        ZoneOf {
            zone: of_site.unwrap_or(&self.zone).clone(),
            unknown,
        }
    }

    /// The windows that respect a calendar, by name.
    pub(super) fn windows_with(&self, kind: SheetKind, id: &Slug) -> Vec<&str> {
        let windows = self.respecting(kind, id);
        windows.map(|window| window.name.as_str()).collect()
    }

    fn respecting(&self, kind: SheetKind, id: &Slug) -> impl Iterator<Item = &Window> {
        let windows = self.all(SheetKind::Window);
        windows.filter_map(move |row| match &row.sheet {
            Sheet::Window(window)
                if kind == SheetKind::Calendar && window.calendar.as_ref() == Some(id) =>
            {
                Some(window)
            }
            _ => None,
        })
    }

    /// Whether a sheet makes sense beside the others: it refers to what there is, and windows open at some time.
    pub(super) fn check(
        &self,
        id: &Slug,
        sheet: &Sheet,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        match sheet {
            Sheet::Window(window) => {
                if let Some(calendar) = &window.calendar
                    && self.calendar(calendar).is_none()
                {
                    return Err(ServiceError::Invalid(format!(
                        "there is no calendar {calendar}; make it first, or respect none"
                    )));
                }
                ever_opens(&window.name, &self.hours_of(window, &self.zone), now)
            }
            Sheet::Calendar(calendar) => {
                if let ZoneRule::Fixed { name } = &calendar.zone {
                    super::zone_named(name)?;
                }
                for window in self.respecting(SheetKind::Calendar, id) {
                    let hours = window.hours(Some(calendar), &self.zone);
                    ever_opens(&window.name, &hours, now)?;
                }
                Ok(())
            }
            Sheet::Place(place) => {
                if let Some(zone) = &place.zone {
                    super::zone_named(zone)?;
                }
                let same = |(other, kept): &(&Slug, &Place)| {
                    *other != id && place.site.is_some() && kept.site == place.site
                };
                match places(&self.sheets).find(same) {
                    Some((other, _)) => Err(ServiceError::Invalid(format!(
                        "the site {} is the place {other} already",
                        place.site.as_deref().unwrap_or_default()
                    ))),
                    None => Ok(()),
                }
            }
        }
    }
}

fn ever_opens(name: &str, hours: &Hours<'_>, now: Timestamp) -> Result<(), ServiceError> {
    if hours.ever_opens(now) {
        return Ok(());
    }
    Err(ServiceError::Invalid(format!(
        "the window {name} would never open: within the next {} days no opening is left between its blackouts and service hours",
        muster_core::gate::LOOK_AHEAD_DAYS
    )))
}

fn places(sheets: &Sheets) -> impl Iterator<Item = (&Slug, &Place)> {
    let places = sheets.get(&SheetKind::Place);
    places
        .into_iter()
        .flatten()
        .filter_map(|(id, row)| match &row.sheet {
            Sheet::Place(place) => Some((id, place)),
            _ => None,
        })
}

/// Where devices say their zone, and their site.
pub(super) fn zone_paths() -> [Path; 2] {
    ["location.timezone", "location.site"].map(|keys| Path::Tag(keys.to_owned()))
}

fn text<'a>(datum: &'a Datum<'_>) -> Option<&'a str> {
    match datum {
        Datum::Text(text) => Some(text.as_ref()),
        _ => None,
    }
}
