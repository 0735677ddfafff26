//! Texts and other values by number: each is kept once, texts one after the other in a single allocation. Knows nothing
//! of what they are.

use std::hash::{BuildHasher, Hash};
use std::ops::Range;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

/// Texts by number and numbers by text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Interner {
    text: String,
    /// Where each text ends.
    ends: Vec<u32>,
    #[serde(skip)]
    index: HashTable<u32>,
}

impl Interner {
    /// The number of a text, which is the next one if it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        let Interner { text: all, ends, index } = self;
        let own = hash(text.as_bytes());
        if let Some(number) = index.find(own, |number| part(all, ends, *number) == text.as_bytes()) {
            return *number;
        }
        let number = ends.len() as u32;
        all.push_str(text);
        ends.push(all.len() as u32);
        index.insert_unique(own, number, |number| hash(part(all, ends, *number)));
        number
    }

    /// Sets room aside for texts that are about to come, by their number.
    pub fn reserve(&mut self, texts: usize) {
        let Interner { text: all, ends, index } = self;
        index.reserve(texts, |number| hash(part(all, ends, *number)));
        ends.reserve(texts);
        // Names have seven letters or so.
        all.reserve(8 * texts);
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> &str {
        &self.text[place(&self.ends, number)]
    }

    /// The number of a text, if it has one.
    pub fn find(&self, text: &str) -> Option<u32> {
        let bytes = text.as_bytes();
        self.index.find(hash(bytes), |number| part(&self.text, &self.ends, *number) == bytes).copied()
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Drops what finds numbers, and what is set aside for more; `intern` and `find` must not be used afterwards.
    pub fn freeze(&mut self) {
        self.index = HashTable::new();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// Values by number and numbers by value.
#[derive(Clone, Debug)]
pub struct Distinct<T> {
    values: Vec<T>,
    index: HashTable<u32>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Distinct { values: Vec::new(), index: HashTable::new() }
    }
}

impl<T: Eq + Hash> Distinct<T> {
    /// The number of a value, which is the next one if it is new.
    pub fn number(&mut self, value: T) -> u32 {
        // The first is often the most common one.
        if self.values.first() == Some(&value) {
            return 0;
        }
        let hash = |value: &T| FxBuildHasher.hash_one(value);
        let own = hash(&value);
        let Distinct { values, index } = self;
        if let Some(number) = index.find(own, |number| values[*number as usize] == value) {
            return *number;
        }
        let number = values.len() as u32;
        index.insert_unique(own, number, |number| hash(&values[*number as usize]));
        values.push(value);
        number
    }

    /// The value of a number.
    pub fn get(&self, number: u32) -> &T {
        &self.values[number as usize]
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Where the text of a number stands.
fn place(ends: &[u32], number: u32) -> Range<usize> {
    let at = number as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] };
    start as usize..ends[at] as usize
}

/// The text of a number, to be compared: that it starts and ends between letters need not be looked at each time.
fn part<'t>(text: &'t str, ends: &[u32], number: u32) -> &'t [u8] {
    &text.as_bytes()[place(ends, number)]
}

fn hash(text: &[u8]) -> u64 {
    FxBuildHasher.hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_number() {
        let mut texts = Interner::default();
        let words = ["", "a", "ab", "b", "č"];
        let numbers: Vec<u32> = words.iter().map(|word| texts.intern(word)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
        for (number, word) in numbers.into_iter().zip(words) {
            assert_eq!((texts.intern(word), texts.find(word), texts.text(number)), (number, Some(number), word));
        }
        assert_eq!((texts.find("c"), texts.len()), (None, words.len()));
    }

    #[test]
    fn equal_values_have_one_number() {
        let mut values = Distinct::default();
        let numbers = [7, 8, 7, 9, 8].map(|value| values.number(value));
        assert_eq!(numbers, [0, 1, 0, 2, 1]);
        assert_eq!((values.get(0), values.get(2)), (&7, &9));
    }
}
