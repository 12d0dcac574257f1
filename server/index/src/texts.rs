//! Many short texts in one allocation, and searching all of them at once.

use std::ops::Range;

use memchr::memmem::Finder;

/// A list of texts, end to end in one string.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextList {
    all: String,
    ends: Vec<u32>,
}

impl TextList {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn range(&self, index: usize) -> Range<usize> {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        start as usize..self.ends[index] as usize
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        &self.all[self.range(index)]
    }

    /// Puts a text before the one at `index`, or at the end.
    pub(crate) fn insert(&mut self, index: usize, text: &str) {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.ends.insert(index, start);
        self.replace(index, text);
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.insert(self.len(), text);
    }

    pub(crate) fn remove(&mut self, index: usize) {
        self.replace(index, "");
        self.ends.remove(index);
    }

    /// Puts another text in the place of the one at `index`.
    pub(crate) fn replace(&mut self, index: usize, text: &str) {
        let range = self.range(index);
        let removed = range.len() as u32;
        self.all.replace_range(range, text);
        if removed as usize == text.len() {
            return;
        }
        u32::try_from(self.all.len()).expect("a list holds far less than 4 GB");
        for end in &mut self.ends[index..] {
            *end = *end - removed + text.len() as u32;
        }
    }

    /// Takes the texts from `index` on away into a list of their own.
    pub(crate) fn split_off(&mut self, index: usize) -> Self {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        let all = self.all.split_off(start as usize);
        let ends = self.ends.split_off(index);
        Self {
            all,
            ends: ends.into_iter().map(|end| end - start).collect(),
        }
    }

    /// The place of `text` in a sorted list, or where it would be.
    pub(crate) fn search(&self, text: &str) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            match self.get(middle).cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Ok(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// Tells the index of each text that the needle is a part of, in order.
    pub(crate) fn find(&self, needle: &Needle, lower: &mut Lower, mut found: impl FnMut(usize)) {
        let ascii = self.all.is_ascii();
        if ascii && !needle.ascii {
            return;
        }
        let ends = lower.fill(self, ascii);
        let mut from = 0;
        while let Some(at) = needle.finder.find(&lower.bytes[from..]) {
            let at = from + at;
            let index = ends_before(ends.unwrap_or(&lower.ends), at);
            let end = ends.unwrap_or(&lower.ends)[index] as usize;
            if at + needle.finder.needle().len() <= end {
                found(index);
                from = end;
            } else {
                from = at + 1;
            }
        }
    }

    /// Bytes it takes.
    pub(crate) fn memory(&self) -> usize {
        self.all.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

fn ends_before(ends: &[u32], at: usize) -> usize {
    ends.partition_point(|end| *end as usize <= at)
}

/// What is looked for, in any case.
#[derive(Debug)]
pub(crate) struct Needle {
    finder: Finder<'static>,
    ascii: bool,
}

impl Needle {
    /// `None` for a text that is a part of everything.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        (!lower.is_empty()).then(|| Self {
            ascii: lower.is_ascii(),
            finder: Finder::new(lower.as_bytes()).into_owned(),
        })
    }
}

/// Room for lower-cased copies, used again from list to list.
#[derive(Debug, Default)]
pub(crate) struct Lower {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Lower {
    /// Lower-cases a list into `bytes`. The ends of plain ASCII are those of the list and are handed back; others go
    /// into `ends`, since lower case can be longer.
    fn fill<'a>(&mut self, list: &'a TextList, ascii: bool) -> Option<&'a [u32]> {
        self.bytes.clear();
        self.ends.clear();
        if ascii {
            self.bytes.extend_from_slice(list.all.as_bytes());
            self.bytes.make_ascii_lowercase();
            return Some(&list.ends);
        }
        for index in 0..list.len() {
            let text = list.get(index);
            self.bytes.extend_from_slice(text.to_lowercase().as_bytes());
            self.ends.push(self.bytes.len() as u32);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn list(texts: &[String]) -> TextList {
        let mut list = TextList::default();
        texts.iter().for_each(|text| list.push(text));
        list
    }

    fn texts(list: &TextList) -> Vec<String> {
        (0..list.len()).map(|i| list.get(i).to_owned()).collect()
    }

    #[derive(Clone, Debug)]
    enum Edit {
        Insert(prop::sample::Index, String),
        Replace(prop::sample::Index, String),
        Remove(prop::sample::Index),
        Split(prop::sample::Index),
    }

    fn edit() -> impl Strategy<Value = Edit> {
        let at = any::<prop::sample::Index>;
        prop_oneof![
            3 => (at(), "[a-zÄ]{0,4}").prop_map(|(at, text)| Edit::Insert(at, text)),
            2 => (at(), "[a-zÄ]{0,4}").prop_map(|(at, text)| Edit::Replace(at, text)),
            1 => at().prop_map(Edit::Remove),
            1 => at().prop_map(Edit::Split),
        ]
    }

    proptest! {
        #[test]
        fn it_is_a_list(edits in prop::collection::vec(edit(), 0..40)) {
            let (mut list, mut want) = (TextList::default(), Vec::<String>::new());
            for edit in edits {
                match edit {
                    Edit::Insert(at, text) => {
                        let at = at.index(want.len() + 1);
                        list.insert(at, &text);
                        want.insert(at, text);
                    }
                    Edit::Replace(at, text) if !want.is_empty() => {
                        let at = at.index(want.len());
                        list.replace(at, &text);
                        want[at] = text;
                    }
                    Edit::Remove(at) if !want.is_empty() => {
                        let at = at.index(want.len());
                        list.remove(at);
                        want.remove(at);
                    }
                    Edit::Split(at) => {
                        let at = at.index(want.len() + 1);
                        let tail = list.split_off(at);
                        prop_assert_eq!(texts(&tail), want.split_off(at));
                    }
                    _ => {}
                }
                prop_assert_eq!(texts(&list), want.clone());
            }
        }

        #[test]
        fn finding_is_containing(
            texts in prop::collection::vec("[abAB]{0,5}|[aÄäßİk\u{212a}]{0,3}", 0..20),
            needle in "[abAB]{1,3}|[aÄäßk]{1,2}",
        ) {
            let mut found = Vec::new();
            let lower = &mut Lower::default();
            list(&texts).find(&Needle::new(&needle).unwrap(), lower, |index| found.push(index));
            let has = |text: &String| text.to_lowercase().contains(&needle.to_lowercase());
            let want: Vec<usize> = (0..texts.len()).filter(|i| has(&texts[*i])).collect();
            prop_assert_eq!(found, want);
        }

        #[test]
        fn searching_finds_the_place(texts in prop::collection::btree_set("[ab]{0,4}", 0..20), text in "[ab]{0,4}") {
            let texts: Vec<String> = texts.into_iter().collect();
            prop_assert_eq!(list(&texts).search(&text), texts.binary_search(&text));
        }
    }

    #[test]
    fn blank_needles_look_for_nothing() {
        assert!(Needle::new("  ").is_none());
        assert!(Needle::new(" x ").is_some());
    }
}
