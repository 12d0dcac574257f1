//! The values of one path over the rows of a chunk.

use std::sync::Arc;

use crate::dictionary::Code;

/// A code per row. While few rows have a value it is a list of those; a path that most rows have costs four bytes
/// a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    used: usize,
    cells: Cells,
}

#[derive(Clone, Debug)]
enum Cells {
    /// Row and code, by row.
    Sparse(Vec<(u16, Code)>),
    /// A code for every row of the chunk.
    Dense(Vec<Code>),
}

impl Default for Cells {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

impl Column {
    /// How many rows have a value.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    pub(crate) fn get(&self, row: usize) -> Code {
        match &self.cells {
            Cells::Dense(codes) => codes[row],
            Cells::Sparse(list) => {
                match list.binary_search_by_key(&row, |(row, _)| *row as usize) {
                    Ok(at) => list[at].1,
                    Err(_) => Code::NONE,
                }
            }
        }
    }

    /// Puts a value; gives the one before. `rows` is how many rows the chunk has.
    pub(crate) fn set(&mut self, row: usize, code: Code, rows: usize) -> Code {
        let before = match &mut self.cells {
            Cells::Dense(codes) => std::mem::replace(&mut codes[row], code),
            Cells::Sparse(list) => {
                match (
                    list.binary_search_by_key(&row, |(row, _)| *row as usize),
                    code.is_none(),
                ) {
                    (Ok(at), false) => std::mem::replace(&mut list[at].1, code),
                    (Ok(at), true) => list.remove(at).1,
                    (Err(at), false) => {
                        list.insert(at, (row as u16, code));
                        Code::NONE
                    }
                    (Err(_), true) => Code::NONE,
                }
            }
        };
        self.used = self.used + usize::from(!code.is_none()) - usize::from(!before.is_none());
        if let Cells::Sparse(list) = &self.cells
            && list.len() * 2 > rows
        {
            let mut codes = vec![Code::NONE; rows];
            self.iter().for_each(|(row, code)| codes[row] = code);
            self.cells = Cells::Dense(codes);
        }
        before
    }

    /// Makes room for a row without value.
    pub(crate) fn insert_row(&mut self, at: usize) {
        match &mut self.cells {
            Cells::Dense(codes) => codes.insert(at, Code::NONE),
            Cells::Sparse(list) => {
                let from = list.partition_point(|(row, _)| (*row as usize) < at);
                list[from..].iter_mut().for_each(|(row, _)| *row += 1);
            }
        }
    }

    /// Takes a row out; gives its value.
    pub(crate) fn remove_row(&mut self, at: usize) -> Code {
        let before = match &mut self.cells {
            Cells::Dense(codes) => codes.remove(at),
            Cells::Sparse(list) => {
                let from = list.partition_point(|(row, _)| (*row as usize) < at);
                let here = list.get(from).is_some_and(|(row, _)| *row as usize == at);
                let before = if here {
                    list.remove(from).1
                } else {
                    Code::NONE
                };
                list[from..].iter_mut().for_each(|(row, _)| *row -= 1);
                before
            }
        };
        self.used -= usize::from(!before.is_none());
        before
    }

    /// Takes the rows from `at` on away into a column of their own.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        let cells = match &mut self.cells {
            Cells::Dense(codes) => Cells::Dense(codes.split_off(at)),
            Cells::Sparse(list) => {
                let from = list.partition_point(|(row, _)| (*row as usize) < at);
                let mut tail = list.split_off(from);
                tail.iter_mut().for_each(|(row, _)| *row -= at as u16);
                Cells::Sparse(tail)
            }
        };
        let mut tail = Self { used: 0, cells };
        tail.used = tail.iter().count();
        self.used -= tail.used;
        tail
    }

    /// The rows with a value, lowest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, Code)> + '_ {
        let (sparse, dense) = match &self.cells {
            Cells::Sparse(list) => (list.as_slice(), [].as_slice()),
            Cells::Dense(codes) => ([].as_slice(), codes.as_slice()),
        };
        let sparse = sparse.iter().map(|(row, code)| (*row as usize, *code));
        let dense = dense.iter().copied().enumerate();
        sparse.chain(dense.filter(|(_, code)| !code.is_none()))
    }

    /// The code of every row as a slice; `room` is filled when they do not lie like that.
    pub(crate) fn codes<'a>(&'a self, room: &'a mut Vec<Code>, rows: usize) -> &'a [Code] {
        match &self.cells {
            Cells::Dense(codes) => codes,
            Cells::Sparse(list) => {
                room.clear();
                room.resize(rows, Code::NONE);
                list.iter()
                    .for_each(|(row, code)| room[*row as usize] = *code);
                room
            }
        }
    }

    /// Bytes it takes.
    pub(crate) fn memory(&self) -> usize {
        let cells = match &self.cells {
            Cells::Sparse(list) => list.capacity() * size_of::<(u16, Code)>(),
            Cells::Dense(codes) => codes.capacity() * size_of::<Code>(),
        };
        size_of::<Self>() + cells
    }
}

/// The columns of a chunk, by path. Those without values are left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns(Vec<(Code, Arc<Column>)>);

impl Columns {
    fn place(&self, path: Code) -> Result<usize, usize> {
        self.0.binary_search_by_key(&path, |(path, _)| *path)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Code, &Column)> {
        self.0.iter().map(|(path, column)| (*path, &**column))
    }

    pub(crate) fn get(&self, path: Code) -> Option<&Column> {
        self.place(path).ok().map(|at| &*self.0[at].1)
    }

    pub(crate) fn take(&mut self, path: Code) -> Option<Arc<Column>> {
        self.place(path).ok().map(|at| self.0.remove(at).1)
    }

    /// Puts a value at a path, or none; gives the one before. Nothing is copied for a value that is there already.
    pub(crate) fn set(&mut self, row: usize, path: Code, code: Code, rows: usize) -> Code {
        let at = match self.place(path) {
            Ok(at) if self.0[at].1.get(row) == code => return code,
            Ok(at) => at,
            Err(_) if code.is_none() => return Code::NONE,
            Err(at) => {
                self.0.insert(at, (path, Arc::default()));
                at
            }
        };
        let column = Arc::make_mut(&mut self.0[at].1);
        let before = column.set(row, code, rows);
        if column.used() == 0 {
            self.0.remove(at);
        }
        before
    }

    pub(crate) fn insert_row(&mut self, row: usize) {
        for (_, column) in &mut self.0 {
            Arc::make_mut(column).insert_row(row);
        }
    }

    pub(crate) fn remove_row(&mut self, row: usize) {
        for (_, column) in &mut self.0 {
            Arc::make_mut(column).remove_row(row);
        }
    }

    /// Takes the rows from `at` on away into columns of their own.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        let mut tails = Vec::new();
        for (path, column) in &mut self.0 {
            let tail = Arc::make_mut(column).split_off(at);
            if tail.used() > 0 {
                tails.push((*path, Arc::new(tail)));
            }
        }
        self.0.retain(|(_, column)| column.used() > 0);
        Self(tails)
    }

    /// Bytes they take.
    pub(crate) fn memory(&self) -> usize {
        let columns: usize = self.0.iter().map(|(_, column)| column.memory()).sum();
        self.0.capacity() * size_of::<(Code, Arc<Column>)>() + columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::{Dictionary, Kind};
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Edit {
        Set(prop::sample::Index, usize),
        Insert(prop::sample::Index),
        Remove(prop::sample::Index),
        Split(prop::sample::Index),
    }

    fn edit() -> impl Strategy<Value = Edit> {
        let at = any::<prop::sample::Index>;
        prop_oneof![
            6 => (at(), 0_usize..4).prop_map(|(at, value)| Edit::Set(at, value)),
            3 => at().prop_map(Edit::Insert),
            2 => at().prop_map(Edit::Remove),
            1 => at().prop_map(Edit::Split),
        ]
    }

    proptest! {
        #[test]
        fn it_is_a_code_per_row(rows in 0_usize..12, edits in prop::collection::vec(edit(), 0..60)) {
            let mut dictionary = Dictionary::default();
            let mut values = vec![Code::NONE];
            values.extend(["a", "b", "c"].map(|text| dictionary.hold(Kind::Text, text)));
            let (mut column, mut want) = (Column::default(), vec![Code::NONE; rows]);
            for edit in edits {
                match edit {
                    Edit::Set(at, value) if !want.is_empty() => {
                        let at = at.index(want.len());
                        let before = column.set(at, values[value], want.len());
                        prop_assert_eq!(before, std::mem::replace(&mut want[at], values[value]));
                    }
                    Edit::Insert(at) => {
                        let at = at.index(want.len() + 1);
                        column.insert_row(at);
                        want.insert(at, Code::NONE);
                    }
                    Edit::Remove(at) if !want.is_empty() => {
                        let at = at.index(want.len());
                        prop_assert_eq!(column.remove_row(at), want.remove(at));
                    }
                    Edit::Split(at) => {
                        let at = at.index(want.len() + 1);
                        let tail = column.split_off(at);
                        let rest = want.split_off(at);
                        let room = &mut Vec::new();
                        prop_assert_eq!(tail.codes(room, rest.len()), &rest);
                    }
                    _ => {}
                }
                let room = &mut Vec::new();
                prop_assert_eq!(column.codes(room, want.len()), &want);
                prop_assert!((0..want.len()).all(|row| column.get(row) == want[row]));
                let held = want.iter().copied().enumerate().filter(|(_, code)| !code.is_none());
                prop_assert_eq!(column.used(), held.clone().count());
                prop_assert!(column.iter().eq(held));
            }
        }
    }
}
