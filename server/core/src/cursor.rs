//! Keyset cursors: where a page begins, in text that is opaque to clients.
//!
//! A cursor holds the edge row's sort value and id, and a fingerprint of the question it was made for; it is refused
//! for another question. Pages go both ways.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::hash;

/// Most rows a page may have.
pub const MAX_PAGE: usize = 1000;

/// Longest cursor text that is looked at, in bytes.
const MAX_TEXT: usize = 4096;

/// Which side of the edge row the page lies on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Direction {
    /// Rows after the edge.
    #[serde(rename = "f")]
    Forward,
    /// Rows before the edge, still given in list order.
    #[serde(rename = "b")]
    Backward,
}

/// The edge of a page: rows strictly beyond it, in `direction`.
#[derive(Clone, PartialEq, Debug)]
pub struct Cursor<K> {
    /// Which way.
    pub direction: Direction,
    /// Sort key and id of the edge row.
    pub edge: K,
}

/// A cursor that cannot be used here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadCursor {
    /// It is not a cursor of this hub.
    #[error("the page address is damaged; go to the first page")]
    Damaged,
    /// It belongs to another filter or order.
    #[error("the page address belongs to another filter or order; go to the first page")]
    OtherQuestion,
}

/// Form of the stored text; old forms are refused, never misread.
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Wire<K>(u8, String, Direction, K);

impl<K: Serialize + for<'de> Deserialize<'de>> Cursor<K> {
    /// The text for an address; `question` names filter and order completely.
    pub fn encode(&self, question: &str) -> String {
        let wire = Wire(VERSION, hash::short(question), self.direction, &self.edge);
        let json = serde_json::to_vec(&wire).expect("keys of cursors are plain data");
        URL_SAFE_NO_PAD.encode(json)
    }

    /// Reads a cursor that was made for the same `question`.
    pub fn decode(text: &str, question: &str) -> Result<Self, BadCursor> {
        if text.len() > MAX_TEXT {
            return Err(BadCursor::Damaged);
        }
        let json = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| BadCursor::Damaged)?;
        let Wire(version, fingerprint, direction, edge) =
            serde_json::from_slice(&json).map_err(|_| BadCursor::Damaged)?;
        if version != VERSION {
            return Err(BadCursor::Damaged);
        }
        if fingerprint != hash::short(question) {
            return Err(BadCursor::OtherQuestion);
        }
        Ok(Self { direction, edge })
    }
}

/// One page of a list, with the cursors of its neighbours where there are any.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows in list order.
    pub rows: Vec<T>,
    /// Cursor of the page before; `None` on the first page.
    pub previous: Option<String>,
    /// Cursor of the page after; `None` on the last page.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_bound_to_its_question() {
        let cursor = Cursor {
            direction: Direction::Backward,
            edge: ("x".to_owned(), 7_i64),
        };
        let text = cursor.encode("site = b7");
        assert_eq!(Cursor::decode(&text, "site = b7"), Ok(cursor));
        assert_eq!(
            Cursor::<(String, i64)>::decode(&text, "site = b8"),
            Err(BadCursor::OtherQuestion)
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_decoding_panic(text in ".{0,200}") {
            let _ = Cursor::<(String, i64)>::decode(&text, "q");
        }
    }
}
