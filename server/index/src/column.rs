//! The values of one path over the rows of a chunk.

use std::sync::Arc;

use crate::cell::Cell;
use crate::dictionary::{Code, Dictionary, Kind};
use crate::leaf::Leaf;
use crate::texts::TextList;

mod cells;
mod sample;

use cells::Cells;
pub(crate) use cells::{Form, View, Wide};
pub(crate) use sample::Sample;

/// A value per row. While few rows have a value it is a list of those; a path that most rows have costs four to eight
/// bytes a row, and its texts where they lie in place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    used: usize,
    /// What it is kept in as soon as most rows have a value.
    form: Form,
    cells: Cells,
}

impl Column {
    /// How many rows have a value.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// How its values are meant to be kept.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    pub(crate) fn get(&self, row: usize) -> Cell<'_> {
        self.cells.get(row)
    }

    /// The texts that lie in place, by row; blank for rows without one.
    pub(crate) fn texts(&self) -> Option<&TextList> {
        self.cells.texts()
    }

    /// Puts a value, or none; whether there was one. `rows` is how many rows the chunk has.
    fn put(
        &mut self,
        row: usize,
        leaf: Option<&Leaf<'_>>,
        rows: usize,
        dictionary: &mut Dictionary,
    ) -> bool {
        let cell = leaf.map_or(Cell::NONE, |leaf| self.fitting(leaf, dictionary));
        let (before, had) = self.cells.set(row, cell);
        dictionary.release(before);
        self.used = self.used + usize::from(leaf.is_some()) - usize::from(had);
        if let Cells::Sparse(list) = &self.cells
            && list.len() * 2 > rows
        {
            self.convert(self.form, rows, dictionary);
        }
        had
    }

    /// The value in place where it fits, else by its code, which is held.
    fn fitting<'l>(&self, leaf: &'l Leaf<'_>, dictionary: &mut Dictionary) -> Cell<'l> {
        match (self.cells.form(), leaf, leaf.number()) {
            (Form::Numbers, _, Some(key)) => Cell::Number(key),
            (Form::Texts, Leaf::Text(text), _) => Cell::Text(text),
            _ => Cell::Code(dictionary.hold(leaf.kind(), &leaf.text())),
        }
    }

    /// Keeps its values another way from now on.
    fn convert(&mut self, form: Form, rows: usize, dictionary: &mut Dictionary) {
        self.form = form;
        if self.used * 2 <= rows && matches!(self.cells, Cells::Sparse(_)) {
            return;
        }
        let before = std::mem::replace(&mut self.cells, Cells::dense(form, rows));
        for row in 0..before.len() {
            let cell = before.get(row);
            let value = cell.value(dictionary.values());
            if let Some(leaf) = value.as_ref().and_then(Leaf::of) {
                let fitting = self.fitting(&leaf, dictionary);
                self.cells.set(row, fitting);
            }
            if let Cell::Code(code) = cell {
                dictionary.release(code);
            }
        }
    }

    /// Lets go of all values.
    pub(crate) fn release(&self, dictionary: &mut Dictionary) {
        for (_, cell) in self.iter() {
            if let Cell::Code(code) = cell {
                dictionary.release(code);
            }
        }
    }

    /// Takes the rows from `at` on away into a column of their own.
    fn split_off(&mut self, at: usize) -> Self {
        let mut tail = Self {
            used: 0,
            form: self.form,
            cells: self.cells.split_off(at),
        };
        tail.used = tail.iter().count();
        self.used -= tail.used;
        tail
    }

    /// The rows with a value, lowest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, Cell<'_>)> + '_ {
        let sparse: &[(u16, Code)] = match &self.cells {
            Cells::Sparse(list) => list,
            _ => &[],
        };
        let dense = match &self.cells {
            Cells::Sparse(_) => 0,
            cells => cells.len(),
        };
        let sparse = sparse
            .iter()
            .map(|(row, code)| (*row as usize, Cell::Code(*code)));
        let dense = (0..dense).map(|row| (row, self.cells.get(row)));
        sparse.chain(dense.filter(|(_, cell)| !cell.is_none()))
    }

    /// The values of every row; `room` is filled when they do not lie side by side.
    pub(crate) fn view<'a>(&'a self, room: &'a mut Vec<Code>, rows: usize) -> View<'a> {
        View::new(&self.cells, room, rows)
    }

    /// Bytes it takes.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.cells.memory()
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

    /// Puts a value at a path, or none; whether there was one. Nothing is copied for a value that is there already.
    /// A column that begins with this value is kept in the form that is asked for.
    pub(crate) fn put(
        &mut self,
        row: usize,
        path: Code,
        leaf: Option<&Leaf<'_>>,
        rows: usize,
        dictionary: &mut Dictionary,
        form: impl FnOnce() -> Form,
    ) -> bool {
        let at = match (self.place(path), leaf) {
            (Ok(at), _) => {
                let known = self.0[at].1.get(row);
                let same = match leaf {
                    Some(leaf) => known.is(leaf, dictionary.values()),
                    None => known.is_none(),
                };
                if same {
                    return leaf.is_some();
                }
                // What is inside an object changes with each report, and is most likely of this device only.
                if let (Cell::Code(code), Some(Leaf::Composite(json))) = (known, leaf)
                    && code.kind() == Some(Kind::Composite)
                    && dictionary.exchange(code, json)
                {
                    return true;
                }
                at
            }
            (Err(_), None) => return false,
            (Err(at), Some(_)) => {
                let column = Column {
                    form: form(),
                    ..Column::default()
                };
                self.0.insert(at, (path, Arc::new(column)));
                at
            }
        };
        let column = Arc::make_mut(&mut self.0[at].1);
        let had = column.put(row, leaf, rows, dictionary);
        if column.used() == 0 {
            self.0.remove(at);
        }
        had
    }

    /// Keeps the values of a path another way.
    pub(crate) fn convert(
        &mut self,
        path: Code,
        form: Form,
        rows: usize,
        dictionary: &mut Dictionary,
    ) {
        if let Ok(at) = self.place(path) {
            Arc::make_mut(&mut self.0[at].1).convert(form, rows, dictionary);
        }
    }

    pub(crate) fn insert_row(&mut self, row: usize) {
        for (_, column) in &mut self.0 {
            Arc::make_mut(column).cells.insert_row(row);
        }
    }

    /// Takes a row out that has no values.
    pub(crate) fn remove_row(&mut self, row: usize) {
        for (_, column) in &mut self.0 {
            Arc::make_mut(column).cells.remove_row(row);
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
mod tests;
