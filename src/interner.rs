//! Texts and their numbers: each text is kept once, one after the other in a single allocation. Knows nothing of what
//! they are.

use std::hash::BuildHasher;

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
        if let Some(number) = self.find(text) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        let Interner { text: all, ends, index } = self;
        index.insert_unique(hash(text), number, |number| hash(part(all, ends, *number)));
        number
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> &str {
        part(&self.text, &self.ends, number)
    }

    /// The number of a text, if it has one.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.index.find(hash(text), |number| self.text(*number) == text).copied()
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

fn part<'t>(text: &'t str, ends: &[u32], number: u32) -> &'t str {
    let at = number as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] };
    &text[start as usize..ends[at] as usize]
}

fn hash(text: &str) -> u64 {
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
}
