//! How the values of a path lie over the rows of a chunk.

use crate::cell::Cell;
use crate::dictionary::Code;
use crate::texts::TextList;

/// How most values of a path are kept. Any value can be in a column of any form: what does not fit has a code there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Form {
    /// By codes of the dictionary: for values that devices share.
    #[default]
    Codes,
    /// Numbers where the row is: ranges, orders and sums need no dictionary.
    Numbers,
    /// Texts where the row is: each is there once, and the dictionary would hold them all.
    Texts,
}

/// A code, or a number by its key. Keys end where the bits of what is no number begin; codes lie there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Wide(u64);

impl Wide {
    const CODES: u64 = 0xfffe << 48;
    const NAMES: u64 = 0xffff << 48;
    const NONE: Self = Self(Self::CODES);

    pub(crate) fn of_code(code: Code) -> Self {
        Self(Self::CODES | u64::from(code.number()))
    }

    pub(crate) fn of_number(key: u64) -> Self {
        Self(key)
    }

    /// Something else by a number that whoever asks [`Wide::name`] gave it.
    pub(crate) fn of_name(number: usize) -> Self {
        Self(Self::NAMES | number as u64)
    }

    /// What [`Wide::of_name`] was given.
    pub(crate) fn name(self) -> Option<usize> {
        self.0
            .checked_sub(Self::NAMES)
            .map(|number| number as usize)
    }

    /// Equal for equal values that are kept alike.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// The value, of everything but names.
    pub(crate) fn cell(self) -> Cell<'static> {
        match self.0.checked_sub(Self::CODES) {
            Some(code) => Cell::Code(Code::of_number(code as u32)),
            None => Cell::Number(self.0),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Cells {
    /// While few rows have a value: row and code, by row.
    Sparse(Vec<(u16, Code)>),
    /// A code for every row of the chunk.
    Codes(Vec<Code>),
    /// A number or code for every row.
    Numbers(Vec<Wide>),
    /// A code for every row; [`Code::HERE`] where the text is in the list.
    Texts(Vec<Code>, TextList),
}

impl Default for Cells {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

impl Cells {
    /// Room for a value in each row.
    pub(super) fn dense(form: Form, rows: usize) -> Self {
        match form {
            Form::Codes => Self::Codes(vec![Code::NONE; rows]),
            Form::Numbers => Self::Numbers(vec![Wide::NONE; rows]),
            Form::Texts => {
                let mut texts = TextList::default();
                (0..rows).for_each(|_| texts.push(""));
                Self::Texts(vec![Code::NONE; rows], texts)
            }
        }
    }

    /// How values that fit are kept; nothing fits while they are few.
    pub(super) fn form(&self) -> Form {
        match self {
            Self::Sparse(_) | Self::Codes(_) => Form::Codes,
            Self::Numbers(_) => Form::Numbers,
            Self::Texts(..) => Form::Texts,
        }
    }

    pub(super) fn get(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Sparse(list) => Cell::Code(
                match list.binary_search_by_key(&row, |(row, _)| *row as usize) {
                    Ok(at) => list[at].1,
                    Err(_) => Code::NONE,
                },
            ),
            Self::Codes(codes) => Cell::Code(codes[row]),
            Self::Numbers(cells) => cells[row].cell(),
            Self::Texts(codes, texts) => here(codes[row], row, texts),
        }
    }

    /// Puts a value that fits the form, or a code. Gives the code that was there, and whether there was a value.
    pub(super) fn set(&mut self, row: usize, cell: Cell<'_>) -> (Code, bool) {
        let code = match cell {
            Cell::Code(code) => code,
            Cell::Number(_) => Code::NONE,
            Cell::Text(_) => Code::HERE,
        };
        let before = match self {
            Self::Sparse(list) => set_sparse(list, row, code),
            Self::Codes(codes) => std::mem::replace(&mut codes[row], code),
            Self::Numbers(cells) => {
                let new = match cell {
                    Cell::Number(key) => Wide::of_number(key),
                    _ => Wide::of_code(code),
                };
                match std::mem::replace(&mut cells[row], new).cell() {
                    Cell::Code(before) => before,
                    _ => Code::HERE,
                }
            }
            Self::Texts(codes, texts) => {
                let before = std::mem::replace(&mut codes[row], code);
                match cell {
                    Cell::Text(text) => texts.replace(row, text),
                    _ if before == Code::HERE => texts.replace(row, ""),
                    _ => {}
                }
                before
            }
        };
        match before {
            Code::HERE => (Code::NONE, true),
            code => (code, !code.is_none()),
        }
    }

    pub(super) fn insert_row(&mut self, at: usize) {
        match self {
            Self::Sparse(list) => {
                let from = list.partition_point(|(row, _)| (*row as usize) < at);
                list[from..].iter_mut().for_each(|(row, _)| *row += 1);
            }
            Self::Codes(codes) => codes.insert(at, Code::NONE),
            Self::Numbers(cells) => cells.insert(at, Wide::NONE),
            Self::Texts(codes, texts) => {
                codes.insert(at, Code::NONE);
                texts.insert(at, "");
            }
        }
    }

    /// Takes a row out that has no value.
    pub(super) fn remove_row(&mut self, at: usize) {
        match self {
            Self::Sparse(list) => {
                let from = list.partition_point(|(row, _)| (*row as usize) < at);
                list[from..].iter_mut().for_each(|(row, _)| *row -= 1);
            }
            Self::Codes(codes) => drop(codes.remove(at)),
            Self::Numbers(cells) => drop(cells.remove(at)),
            Self::Texts(codes, texts) => {
                codes.remove(at);
                texts.remove(at);
            }
        }
    }

    pub(super) fn split_off(&mut self, at: usize) -> Self {
        match self {
            Self::Sparse(list) => {
                let from = list.partition_point(|(row, _)| (*row as usize) < at);
                let mut tail = list.split_off(from);
                tail.iter_mut().for_each(|(row, _)| *row -= at as u16);
                Self::Sparse(tail)
            }
            Self::Codes(codes) => Self::Codes(codes.split_off(at)),
            Self::Numbers(cells) => Self::Numbers(cells.split_off(at)),
            Self::Texts(codes, texts) => Self::Texts(codes.split_off(at), texts.split_off(at)),
        }
    }

    /// The texts that lie here, by row; blank for rows without one.
    pub(super) fn texts(&self) -> Option<&TextList> {
        match self {
            Self::Texts(_, texts) => Some(texts),
            _ => None,
        }
    }

    /// How many rows it has places for; more than that while there are few values.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Sparse(list) => list.last().map_or(0, |(row, _)| *row as usize + 1),
            Self::Codes(codes) | Self::Texts(codes, _) => codes.len(),
            Self::Numbers(cells) => cells.len(),
        }
    }

    /// Bytes they take.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Sparse(list) => list.capacity() * size_of::<(u16, Code)>(),
            Self::Codes(codes) => codes.capacity() * size_of::<Code>(),
            Self::Numbers(cells) => cells.capacity() * size_of::<Wide>(),
            Self::Texts(codes, texts) => codes.capacity() * size_of::<Code>() + texts.memory(),
        }
    }
}

fn set_sparse(list: &mut Vec<(u16, Code)>, row: usize, code: Code) -> Code {
    let place = list.binary_search_by_key(&row, |(row, _)| *row as usize);
    match (place, code.is_none()) {
        (Ok(at), false) => std::mem::replace(&mut list[at].1, code),
        (Ok(at), true) => list.remove(at).1,
        (Err(at), false) => {
            list.insert(at, (row as u16, code));
            Code::NONE
        }
        (Err(_), true) => Code::NONE,
    }
}

fn here(code: Code, row: usize, texts: &TextList) -> Cell<'_> {
    match code {
        Code::HERE => Cell::Text(texts.get(row)),
        code => Cell::Code(code),
    }
}

/// The values of all rows of a chunk, side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View<'a> {
    Codes(&'a [Code]),
    Numbers(&'a [Wide]),
    Texts(&'a [Code], &'a TextList),
}

impl<'a> View<'a> {
    /// `room` is filled while the values are few.
    pub(super) fn new(cells: &'a Cells, room: &'a mut Vec<Code>, rows: usize) -> Self {
        match cells {
            Cells::Codes(codes) => Self::Codes(codes),
            Cells::Numbers(cells) => Self::Numbers(cells),
            Cells::Texts(codes, texts) => Self::Texts(codes, texts),
            Cells::Sparse(list) => {
                room.clear();
                room.resize(rows, Code::NONE);
                list.iter()
                    .for_each(|(row, code)| room[*row as usize] = *code);
                Self::Codes(room)
            }
        }
    }

    pub(crate) fn get(&self, row: usize) -> Cell<'a> {
        match self {
            Self::Codes(codes) => Cell::Code(codes[row]),
            Self::Numbers(cells) => cells[row].cell(),
            Self::Texts(codes, texts) => here(codes[row], row, texts),
        }
    }
}
