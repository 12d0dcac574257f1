//! The parts pages are made of (visual language §6): thin components that know no data.
//!
//! Each component lives in a file named like its stylesheet in `style/components/`. All of them are plain HTML that
//! works before the browser has taken over the page; [`Gallery`] shows every one in the states it can reach.

pub mod bar;
pub mod breadcrumb;
pub mod button;
pub mod code_block;
pub mod count;
pub mod dialog;
pub mod empty_state;
pub mod facts;
pub mod field;
pub mod gallery;
pub mod group_by;
pub mod icon;
pub mod icon_names;
pub mod key_values;
pub mod live;
pub mod mark;
pub mod menu;
pub mod note;
pub mod page_head;
pub mod pager;
pub mod panel;
pub mod pill;
pub mod query_bar;
pub mod roll_call;
pub mod section;
pub mod sign_in_art;
pub mod skeleton;
pub mod stamp;
pub mod state;
pub mod suggestions;
pub mod table;
pub mod tabs;
pub mod tags;
pub mod theme_switch;
pub mod time_stamp;
pub mod timeline;
pub mod toast;
pub mod toolbar;
pub mod twin_table;

#[cfg(test)]
mod css_test;
#[cfg(test)]
mod tokens_test;

pub use bar::{Bar, Meter, Segment};
pub use breadcrumb::{Breadcrumb, Crumb};
pub use button::{Button, ButtonKind, ButtonSize, IconButton, LinkButton};
pub(crate) use code_block::copy_text;
pub use code_block::{CodeBlock, CopyButton};
pub use count::Count;
pub use dialog::Dialog;
pub use empty_state::{Dots, DotsKind, EmptyState};
pub use facts::{Fact, Facts};
pub use field::{
    Check, Choice, Field, FieldMessages, SelectField, TextArea, TextField, describedby,
};
pub use gallery::Gallery;
pub use group_by::{Facet, FacetRow, GroupBy};
pub use icon::{Icon, IconSize, SPRITE};
pub use icon_names::ICONS;
pub use key_values::{KeyValue, KeyValues};
pub use live::{LiveState, LiveStatus};
pub use mark::{Brand, Mark};
pub use menu::{Menu, MenuLink, MenuSide};
pub use note::Note;
pub use page_head::PageHead;
pub use pager::Pager;
pub use panel::{Panel, PanelFault, PanelState};
pub use pill::Pill;
pub use query_bar::{Chip, QueryBar};
pub use roll_call::{Legend, RollCall, RollPart, per_cell};
pub use section::{Section, section};
pub use sign_in_art::SignInArt;
pub use skeleton::{Skeleton, SkeletonLines, SkeletonRows, SkeletonWidth};
pub use stamp::{OldStamp, Stamp};
pub use state::{Glyph, Look, State, Tone, look};
pub use suggestions::{Suggesting, Suggestion};
pub use table::{Sort, SortHead, TableWrap};
pub use tabs::{Tab, Tabs};
pub use tags::{Tag, Tags};
pub use theme_switch::ThemeSwitch;
pub use time_stamp::{TimeStamp, ZoneName, use_zone};
pub use timeline::{Log, LogItem};
pub use toast::{Toast, ToastRegion};
pub use toolbar::{ButtonGroup, Toolbar};
pub use twin_table::{TwinRow, TwinState, TwinTable};
